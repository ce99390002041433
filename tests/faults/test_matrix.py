# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each cell of the fault matrix, and the page that shows them."""

from __future__ import annotations

import pytest

from tests.faults import matrix


@pytest.fixture(scope="session")
def verdicts(request):
    """The verdicts of all cells that the chosen tests need."""
    chosen = [item for item in request.session.items if item.path.name == "test_matrix.py"]
    titles = [item.callspec.params["title"] for item in chosen if hasattr(item, "callspec")]
    return matrix.run_all(titles if len(titles) == len(chosen) else matrix.CELLS)


@pytest.mark.parametrize("title", matrix.CELLS)
def test_cell(verdicts, title):
    assert not verdicts[title].startswith(matrix.BROKEN), verdicts[title]


def test_page_is_current(verdicts):
    written = matrix.PAGE.read_text(encoding="utf-8")
    assert written == matrix.page(verdicts), f"write it anew with {matrix.COMMAND}"
