# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages that antsibull-docs writes, in the order in which people read them: pure functions of reStructuredText.

A page then has a short title, what it is about and where it comes from, its examples, its own options, and last the
options that all modules share.
"""

from __future__ import annotations

import re

WORDS = {  # of pages that list others
    "Huaweicloud.Dbops\n=================": "Modules, plugins and roles\n==========================",
    "Index of all Collection Environment Variables\n=============================================": (
        "Environment variables\n====================="
    ),
    "The following index documents all environment variables declared by plugins in collections.": (
        "Those of the collection are in :doc:`/credentials`. Its inventory plugins heed these of Ansible, too."
    ),
    ":ref:`ansible_configuration_settings`": ":ref:`Ansible's own pages <ansible_configuration_settings>`",
}
ACTION = ".. note::\n    This module has a corresponding :ref:`action plugin <action_plugins>`.\n"
DIRECT = "It runs :doc:`inside Ansible's own process </direct_execution>` where it can.\n"
TEXT = re.DOTALL | re.MULTILINE
TITLE = re.compile(r"^huaweicloud\.dbops\.(\w+) (\w+) -- (.+)\n\++\n", re.MULTILINE)
NOTE = re.compile(r"^\.\. note::\n    This [\w ]+ is part of the .*?(?=^\.\. )", TEXT)
EXAMPLES = re.compile(r"^\.\. Examples\n.*?(?=^\.\. Facts)", TEXT)
REQUIREMENTS = ".. Requirements\n"
OPTIONS = re.compile(r"(?<=^Parameters\n----------\n)(.*?)(^  \* - \.\. raw:: html\n.*?)(?=^\S)", TEXT)
ROW = re.compile(r"^(?=  \* - )", re.MULTILINE)
NAME = re.compile(r'id="parameter-(\w+)')
CONTENTS = re.compile(r"^\.\. contents::\n(?:   .*\n)+", re.MULTILINE)  # the theme has a table of its own
CREDITS = re.compile(r"^Authors\n.*\Z", TEXT)  # the same on each page


def heading(text: str, line: str) -> str:
    """Return a heading: the text over as much of the line."""
    return f"{text}\n{line * len(text)}\n"


def examples_first(page: str) -> str:
    """Return the page with its examples, if it has any, before everything that takes long to read."""
    found = EXAMPLES.search(page)
    return EXAMPLES.sub("", page).replace(REQUIREMENTS, found[0] + REQUIREMENTS, 1) if found else page


def shared_last(page: str, shared: set[str]) -> str:
    """Return the page with the shared options in a table of their own, after the others."""

    def apart(match: re.Match) -> str:
        head, rows = match.groups()
        own: list[str] = []
        common: list[str] = []
        for row in filter(None, ROW.split(rows)):
            (common if NAME.search(row)[1] in shared else own).append(row)
        title = heading("Connection, the same for all modules", "~")
        return f"{head}{''.join(own)}\n{title}{head}{''.join(common)}\n" if own and common else match[0]

    return OPTIONS.sub(apart, page)


def described(page: str, shared: set[str]) -> str:
    """Return the page of one module, plugin or role; `shared` names the options that all modules have.

    Raises ValueError when the page does not begin as antsibull-docs is known to begin it.
    """
    title = TITLE.search(page)
    if not title or not NOTE.search(page):
        raise ValueError("antsibull-docs writes the beginning of a page otherwise than it did")
    name, kind, summary = title.groups()
    origin = (
        f"{summary}. Playbooks name it ``huaweicloud.dbops.{name}``. It does not come with ansible-core: "
        ":doc:`install the collection </index>`."
    )
    if kind == "role":
        origin += f" Examples are on :doc:`a page of its own </role_{name}>`."
    page = TITLE.sub(lambda _: heading(name if kind == "module" else f"{name} {kind}", "+"), page)
    page = NOTE.sub(lambda _: f"{origin}\n\n", page).replace(ACTION, DIRECT)
    return CREDITS.sub("", shared_last(examples_first(CONTENTS.sub("", page)), shared))


def listed(page: str) -> str:
    """Return a page that lists others, in words that say so."""
    page = CONTENTS.sub("", page)
    for old, new in WORDS.items():
        page = page.replace(old, new)
    return page
