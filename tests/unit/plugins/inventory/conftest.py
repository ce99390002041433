# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's controller, which finds the collection where pytest finds it, and a service that plays a script.

Only for the tests beside this file: the tests of modules want ansible-core as it is in a module's process.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from ansible.module_utils import _internal

AS_IN_A_MODULE = {**vars(_internal)}

from ansible.plugins.loader import init_plugin_loader  # noqa: E402 - this import makes it a controller
from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder  # noqa: E402

from tests.unit.plugins.module_utils.conftest import http, sample  # noqa: E402, F401 # pylint: disable=unused-import

AS_ON_A_CONTROLLER = {**vars(_internal)}
vars(_internal).update(AS_IN_A_MODULE)


def take_out() -> dict[str, object]:
    """Forget what was imported from collections, and return it."""
    names = [name for name in sys.modules if name.partition(".")[0] == "ansible_collections"]
    return {name: sys.modules.pop(name) for name in names}


@pytest.fixture(scope="module", autouse=True)
def _controller():
    """Be a controller, and let Ansible's loader import collections."""
    before = take_out()
    vars(_internal).update(AS_ON_A_CONTROLLER)
    init_plugin_loader([str(Path(__file__).parents[4] / "build")])
    yield
    _AnsibleCollectionFinder._remove()
    vars(_internal).update(AS_IN_A_MODULE)
    take_out()
    sys.modules.update(before)
