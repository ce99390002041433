# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the inventory plugins share: one host for each record that the API lists, with the record as one variable."""

from __future__ import annotations

import os
import re
from abc import abstractmethod
from collections import Counter
from collections.abc import Container
from typing import Any, NamedTuple

from ansible.constants import LOCALHOST
from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.huaweicloud.dbops.plugins.module_utils.connection import connect, read_options
from ansible_collections.huaweicloud.dbops.plugins.module_utils.errors import DbopsError
from ansible_collections.huaweicloud.dbops.plugins.module_utils.lookup import Noun
from ansible_collections.huaweicloud.dbops.plugins.module_utils.options import AUTH_OPTIONS


class Listing(NamedTuple):
    """A kind of records that become hosts."""

    variable: str  # the host variable that holds the record
    group: str  # the group that these hosts are in
    noun: Noun
    api: Any  # a class of dbss.py or dws.py: api(client).records()


class ApiInventory(BaseInventoryPlugin, Constructable, Cacheable):  # type: ignore[misc]
    """Base of the inventory plugins; they say which listings they make hosts of."""

    @abstractmethod
    def listings(self) -> list[Listing]:
        """Return what to list."""

    def verify_file(self, path: str) -> bool:
        """Return whether the file is called C(<plugin>.yml), C(<anything>.<plugin>.yml) or the same with C(.yaml)."""
        name = self.NAME.rpartition(".")[2]
        return bool(super().verify_file(path) and re.fullmatch(rf"(.*\.)?{name}\.ya?ml", os.path.basename(path)))  # noqa: PTH119

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Fill the inventory.

        @raises AnsibleParserError: when the file or the API does not allow it
        """
        super().parse(inventory, loader, path, cache)
        try:
            options = self._access(self._read_config_data(path))
            listings = self.listings()
            found = self._records(path, cache, listings, options)
        except DbopsError as error:
            raise AnsibleParserError(f"{path}: {error}") from None  # ansible-core prints a cause again
        self._add_hosts(listings, found)

    def _access(self, config: dict[str, Any]) -> dict[str, Any]:
        """Return the options of C(auth); the environment counts for them as it does for a module."""
        return read_options(
            {key: value for key, value in config.items() if key in AUTH_OPTIONS or not self.has_option(key)}
        )

    def _records(
        self, path: str, cache: bool, listings: list[Listing], options: dict[str, Any]
    ) -> dict[str, list[dict[str, Any]]]:
        """Return the records by the name of their variable, from the cache if it has them."""
        key, caching = self.get_cache_key(path), self.get_option("cache")
        if caching and cache:
            try:
                return {one.variable: self._cache[key][one.variable] for one in listings}
            except KeyError:
                pass
        client = connect(options, warn=self.display.warning)
        try:
            found = {one.variable: one.api(client).records() for one in listings}
        finally:
            client.close()
        if caching:
            self._cache[key] = found
        return found

    def _add_hosts(self, listings: list[Listing], found: dict[str, list[dict[str, Any]]]) -> None:
        for one in listings:
            self.inventory.add_group(one.group)
        entries = [(one, record) for one in listings for record in found[one.variable]]
        names = host_names(
            [(str(record.get(one.noun.name_key) or ""), record[one.noun.id_key]) for one, record in entries],
            {*LOCALHOST, *self.inventory.groups},
        )
        strict = self.get_option("strict")
        for name, (one, record) in zip(names, entries):
            variables = {one.variable: as_data(record)}
            self.inventory.add_host(name, one.group)
            self.inventory.set_variable(name, one.variable, variables[one.variable])
            self._set_composite_vars(self.get_option("compose"), variables, name, strict)
            self._add_host_to_composed_groups(self.get_option("groups"), variables, name, strict)
            self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, name, strict)


def host_names(records: list[tuple[str, str]], taken: Container[str]) -> list[str]:
    """Return a host name for each record, in their order, no two the same.

    It is the record's name, with C(_) for what could mean something in a host pattern; the ID follows it where another
    record has the same name or the name is taken.

    @param records: name, which may be empty, and ID
    @param taken: names that mean something else to Ansible
    """
    plain = [re.sub(r"[^\w.-]|^-", "_", name) for name, record_id in records]
    often = Counter(plain)
    return [
        name if name and often[name] == 1 and name not in taken else f"{name}_{record_id}".lstrip("_")
        for name, (original, record_id) in zip(plain, records)
    ]


def as_data(value: Any) -> Any:
    """Return what the API said in a form in which Ansible never takes it for a template.

    From ansible-core 2.19 on, text is no template unless it is marked as one. Before, it is one unless it is marked as
    data; only text that could be one is marked then, because C(ansible-inventory) shows marked text in another form.
    """
    if isinstance(value, dict):
        return {key: as_data(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_data(item) for item in value]
    return wrap_var(value) if isinstance(value, str) and "{" in value else value
