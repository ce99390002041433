# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the inventory plugins share: one host for each record that the API lists, with the record as one variable."""

from __future__ import annotations

import hashlib
import json
import os
import re
import unicodedata
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, count
from typing import Any, NamedTuple

from ansible.constants import LOCALHOST
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.connection import connect, read_options
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.options import AUTH_OPTIONS
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.auth import choose_credentials
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import DbopsError, UsageError
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.nouns import IdRule, Noun

EXPRESSIONS = ("compose", "groups", "keyed_groups")
"""Options that Ansible evaluates itself, once for each host."""

PLACE = ("region", "cloud", "endpoints", "project_id", "project_name")
"""Options that decide, together with who asks, what is listed."""


class Listing(NamedTuple):
    """A kind of records that become hosts."""

    variable: str  # the host variable that holds the record
    group: str  # the group that these hosts are in
    noun: Noun
    id_rule: IdRule
    api: Any  # a class of dbss.py or dws.py: api(client).records()


class Entry(NamedTuple):
    """A record that becomes a host."""

    listing: Listing
    name: str  # may be empty
    id: str
    record: dict[str, Any]

    @property
    def key(self) -> tuple[str, str]:
        """What the record is told apart by."""
        return self.listing.variable, self.id


class ApiInventory(BaseInventoryPlugin, Constructable, Cacheable):  # type: ignore[misc]
    """Base of the inventory plugins; they say which listings they make hosts of."""

    _given: dict[str, Any]  # the options as the file gives them, with their templates filled in

    @abstractmethod
    def listings(self) -> list[Listing]:
        """Return what to list."""

    def wanted(self, record: Mapping[str, Any]) -> bool:
        """Return whether a record becomes a host."""
        return True

    def variables(self, entry: Entry) -> dict[str, Any]:
        """Return the variables of a host."""
        return {entry.listing.variable: entry.record}

    def verify_file(self, path: str) -> bool:
        """Return whether the file is called C(<plugin>.yml), C(<anything>.<plugin>.yml) or the same with C(.yaml)."""
        name = self.NAME.rpartition(".")[2]
        return bool(super().verify_file(path) and re.fullmatch(rf"(.*\.)?{name}\.ya?ml", os.path.basename(path)))  # noqa: PTH119

    def set_options(self, task_keys: Any = None, var_options: Any = None, direct: Any = None) -> None:
        """Let Ansible check the options as they are when their templates are filled in.

        @param direct: the options as the file gives them
        @raises UsageError: when a template cannot be filled in
        """
        self._given = {name: self._filled_in(name, value) for name, value in (direct or {}).items()}
        super().set_options(task_keys=task_keys, var_options=var_options, direct=self._given)

    def _filled_in(self, name: str, value: Any) -> Any:
        if name in EXPRESSIONS:
            return value
        try:
            found = self.templar.template(value)
            # ansible-core before 2.19 leaves it to us to read what is in a vault.
            return str(found) if getattr(found, "__ENCRYPTED__", False) else found
        except Exception as error:  # before ansible-core 2.19, whatever a template raises
            # Ansible's words may repeat the text, which in these options is a secret.
            secret = AUTH_OPTIONS.get(name, {}).get("no_log")
            why = error.message if isinstance(error, AnsibleError) and not secret else type(error).__name__
            raise UsageError(f"The template in {name} cannot be filled in: {why.rstrip('.')}.") from None

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Fill the inventory.

        @raises AnsibleParserError: when the file or the API does not allow it
        """
        super().parse(inventory, loader, path, cache)
        try:
            self._read_config_data(path)
            options = self._access()
            listings = self.listings()
            found = self._records(path, cache, listings, options)
        except DbopsError as error:
            raise AnsibleParserError(f"{path}: {error}") from None  # ansible-core prints a cause again
        self._add_hosts(path, listings, found)

    def _access(self) -> dict[str, Any]:
        """Return the options of C(auth); the environment counts for them as it does for a module."""
        return read_options(
            {key: value for key, value in self._given.items() if key in AUTH_OPTIONS or not self.has_option(key)}
        )

    def _records(
        self, path: str, cache: bool, listings: list[Listing], options: dict[str, Any]
    ) -> dict[str, list[dict[str, Any]]]:
        """Return the records by the name of their variable, from the cache if it has them."""
        caching = self.get_option("cache")
        key = f"{self.get_cache_key(path)}_{fingerprint(path, options)}" if caching else ""
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

    def _add_hosts(self, path: str, listings: list[Listing], found: dict[str, list[dict[str, Any]]]) -> None:
        for one in listings:
            self.inventory.add_group(one.group)
        entries = {entry.key: entry for one in listings for entry in self._entries(path, one, found[one.variable])}
        names = self._names(path, entries)
        strict = self.get_option("strict")
        for key, entry in entries.items():
            name, variables = names[key], as_data(self.variables(entry))
            self.inventory.add_host(name, entry.listing.group)
            for variable, value in variables.items():
                self.inventory.set_variable(name, variable, value)
            self._set_composite_vars(self.get_option("compose"), variables, name, strict)
            self._add_host_to_composed_groups(self.get_option("groups"), variables, name, strict)
            self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, name, strict)

    def _entries(self, path: str, listing: Listing, records: list[dict[str, Any]]) -> Iterator[Entry]:
        """Yield the records whose ID is one. Another is told and left out, so that it does not hold up the rest."""
        noun = listing.noun
        for record in filter(self.wanted, records):
            record_id = record[noun.id_key]
            if re.fullmatch(listing.id_rule.pattern, record_id):
                yield Entry(listing, str(record.get(noun.name_key) or ""), record_id, record)
            else:
                self.display.warning(
                    f"{path}: the {noun.one} with the ID {record_id[:80]!r} is left out: an ID must be "
                    f"{listing.id_rule.words}."
                )

    def _names(self, path: str, entries: Mapping[tuple[str, str], Entry]) -> dict[tuple[str, str], str]:
        """Return the host names by the records' keys. A record that another file has added already keeps its host."""
        names = {
            (one.variable, host.vars[one.variable].get(one.noun.id_key)): host.name
            for one in {entry.listing for entry in entries.values()}
            for host in self.inventory.hosts.values()
            if isinstance(host.vars.get(one.variable), dict)
        }
        new = [entry for key, entry in entries.items() if key not in names]
        taken = {*LOCALHOST, *self.inventory.groups, *self.inventory.hosts}
        folded = set(map(fold, taken))
        for entry, name in zip(new, host_names([(entry.name, entry.id) for entry in new], taken)):
            names[entry.key] = name
            if fold(clean(entry.name)) in folded:
                self.display.warning(
                    f"{path}: the {entry.listing.noun.one} {entry.id} becomes the host {name}, because "
                    f"{clean(entry.name)} is already the name of another host or of a group."
                )
        return names


def fingerprint(path: str, options: Mapping[str, Any]) -> str:
    """Return a digest of what decides what is listed: the file, the place and who asks. It shows none of them.

    @param options: the checked options of C(auth)
    @raises UsageError: when the credentials are missing or incomplete
    """
    asker = choose_credentials(options, os.environ)
    parts = [path, *(options[name] for name in PLACE), asker.access_key, asker.user_name, asker.domain_name]
    text = json.dumps([*parts, asker.auth_token], sort_keys=True)  # a token is for one account, maybe one project
    return hashlib.sha256(text.encode()).hexdigest()


def host_names(records: Sequence[tuple[str, str]], taken: Iterable[str]) -> list[str]:
    """Return a host name for each record, in their order, no two the same, none of them taken.

    It is the record's name, with C(_) for what could mean something in a host pattern or a path; the ID follows it
    where another record has the same name or the name is taken.

    @param records: name, which may be empty, and ID
    @param taken: names that mean something else to Ansible
    """
    plain, ids = [clean(name) for name, record_id in records], [record_id for name, record_id in records]
    often = Counter(map(fold, plain))
    used = set(map(fold, taken))
    names = []
    for name, record_id in zip(plain, ids):
        longer = clean(f"{name}_{record_id}" if name else record_id)
        unique = [name] if name and often[fold(name)] == 1 else []
        candidates = chain(unique, [longer], (f"{longer}_{number}" for number in count(2)))
        names.append(next(one for one in candidates if fold(one) not in used))
        used.add(fold(names[-1]))
    return names


def clean(name: str) -> str:
    """Return a name in which nothing means something in a host pattern, in the path of a host's file or in Jinja."""
    return re.sub(r"[^\w.-]|^[.-]", "_", name)


def fold(name: str) -> str:
    """Return what is the same for two names that a file system may take for one: a host's name names files, too."""
    return unicodedata.normalize("NFKC", name).casefold()


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
