# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Sphinx builds the site. Run `make docs`; the result is in build/site."""

from __future__ import annotations

from pathlib import Path

import yaml
from docutils import nodes

project = "huaweicloud.dbops"
release = yaml.safe_load(Path(__file__).parents[1].joinpath("galaxy.yml").read_text(encoding="utf-8"))["version"]
author = "huaweicloud.dbops contributors"
project_copyright = author

extensions = ["myst_parser", "sphinx_antsibull_ext"]
html_theme = "furo"
html_title = f"{project} {release}"
html_show_sphinx = False
html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["site.css"]
myst_heading_anchors = 3
suppress_warnings = ["toc.not_included"]

# Labels of Ansible's own documentation that the reference refers to.
ANSIBLE = {
    "ansible_configuration_settings": "reference_appendices/config.html#ansible-configuration-settings",
    "common_return_values": "reference_appendices/common_return_values.html#common-return-values",
}


def link_to_ansible(_app, _env, node, content):
    """Return the link for a label of Ansible's documentation, None for any other."""
    page = ANSIBLE.get(node["reftarget"])
    url = f"https://docs.ansible.com/ansible/latest/{page}"
    return nodes.reference("", "", content, internal=False, refuri=url) if page else None


def setup(app):
    """Take part in the building."""
    app.connect("missing-reference", link_to_ansible)
