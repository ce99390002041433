# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection for tests of playbooks: built and installed as a user would."""

from __future__ import annotations

import pytest

from tests.tools import artifact as tools


@pytest.fixture(scope="session")
def artifact(tmp_path_factory):
    """Return the path of the artifact, built from the checkout."""
    return tools.build(tmp_path_factory.mktemp("artifact"))


@pytest.fixture(scope="session")
def collections(artifact):
    """Return the folder that holds the installed collection, as ansible-core searches it."""
    return tools.install(artifact)
