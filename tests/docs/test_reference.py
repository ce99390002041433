# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of the reference, put in the order in which people read them."""

from __future__ import annotations

import pytest

from tests.tools.reference import described, listed

ROW = '  * - .. raw:: html\n\n        <div id="parameter-{}"></div>\n\n'
TABLE = ".. list-table::\n\n  * - Parameter\n    - Comments\n\n"
PAGE = f"""\
.. Title

huaweicloud.dbops.dws_om_user module -- Add or delete an account
++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++

.. Collection note

.. note::
    This module is part of the `huaweicloud.dbops collection <https://example.com/>`_ (version 1.1.0).

    To install it, use: :code:`ansible\\-galaxy collection install huaweicloud.dbops`.

.. version_added

New in huaweicloud.dbops 1.0.0

.. contents::
   :local:

.. Requirements

Requirements
------------
- requests

.. Options

Parameters
----------

{TABLE}{ROW.format("access_key")}{ROW.format("cluster_id")}{ROW.format("endpoints/iam")}{ROW.format("state")}
.. Attributes

Attributes
----------

.. Examples

Examples
--------

.. code-block:: yaml+jinja

    - huaweicloud.dbops.dws_om_user:

.. Facts

Authors
~~~~~~~

- the same people everywhere
"""


@pytest.fixture
def page():
    """Return the page of a module, rewritten."""
    return described(PAGE, {"access_key", "endpoints"})


def test_the_title_is_a_name_that_fits_the_sidebar(page):
    assert "\ndws_om_user\n+++++++++++\n" in page
    assert "Add or delete an account. Playbooks name it ``huaweicloud.dbops.dws_om_user``." in page


def test_a_page_says_where_the_collection_is_to_be_had(page):
    assert "collection install huaweicloud.dbops" not in page
    assert ":doc:`install the collection </index>`" in page


def test_the_parts_are_in_the_order_in_which_they_are_read(page):
    parts = ["New in", "Examples\n", "Requirements\n---", "Parameters\n---", "cluster_id", "state", "access_key"]
    places = [page.index(part) for part in [*parts, "endpoints/iam", "Attributes\n---"]]
    assert places == sorted(places)
    assert page.count("- Parameter\n") == 2
    assert "Authors" not in page
    assert "contents::" not in page


def test_options_that_are_all_of_one_kind_stay_in_one_table():
    assert described(PAGE, set()).count("- Parameter\n") == 1
    assert described(PAGE, {"access_key", "endpoints", "cluster_id", "state"}).count("- Parameter\n") == 1


def test_a_role_leads_to_its_examples():
    role = PAGE.replace("dws_om_user module", "dws_om_access role").replace("This module", "This role")
    assert "\ndws_om_access role\n++++++++++++++++++\n" in described(role, set())
    assert "Examples are on :doc:`a page of its own </role_dws_om_access>`." in described(role, set())


def test_a_page_that_begins_otherwise_is_refused():
    with pytest.raises(ValueError, match="otherwise than it did"):
        described(PAGE.replace(" is part of ", " belongs to "), set())


def test_a_list_has_a_title_that_says_so():
    page = "Huaweicloud.Dbops\n=================\n\n.. contents::\n   :local:\n\nDescription\n"
    assert listed(page) == f"Modules, plugins and roles\n{'=' * 26}\n\n\nDescription\n"


def test_the_list_of_variables_leads_to_those_of_the_collection():
    page = "The following index documents all environment variables declared by plugins in collections.\n"
    assert listed(page).startswith("Those of the collection are in :doc:`/credentials`.")
