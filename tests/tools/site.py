# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation as a site in build/site: `python -m tests.tools.site`. Nothing is fetched.

Sphinx reads a copy of the checkout, in which antsibull-docs has written the reference (reference.py puts it in order),
and some files of the repository stand as pages of their own.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from plugins.doc_fragments import auth
from tests.tools import reference as rewritten
from tests.tools.checkout import ROOT, copy

SITE = ROOT / "build" / "site"
PATHS = ROOT / "build" / "site-source"
COLLECTION = PATHS / "ansible_collections" / "huaweicloud" / "dbops"
DOCS = COLLECTION / "docs"
PAGES = {
    "changelog": Path("CHANGELOG.md"),
    "contributing": Path("CONTRIBUTING.md"),
    "embedded_cloud": Path("tests/emulator/README.md"),
    "security": Path("SECURITY.md"),
    **{f"role_{path.parent.name}": path.relative_to(ROOT) for path in sorted(ROOT.glob("roles/*/README.md"))},
}
LISTS = ("environment_variables", "index")
LINK = re.compile(r"\]\((?![a-z]+:|#)([^)#\s]+)")


def page(source: Path) -> str:
    """Return the text of the file `source`, a path in the collection, with links as a page in docs needs them."""

    def link(match: re.Match) -> str:
        target = Path(os.path.normpath(source.parent / match[1]))
        names = [name for name, path in PAGES.items() if path == target]
        return f"]({names[0]}.md" if names else f"]({os.path.relpath(target, 'docs')}"

    return LINK.sub(link, (COLLECTION / source).read_text(encoding="utf-8"))


def run(*command: str | Path) -> None:
    """Run a tool of the running environment; raises CalledProcessError when it fails."""
    folder = Path(sys.executable).parent
    path = os.pathsep.join([str(folder), os.environ["PATH"]])
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(PATHS), "PATH": path}
    subprocess.run([folder / command[0], *command[1:]], check=True, env=environment)


def build() -> None:
    """Build the site; any warning of the tools is a failure."""
    copy(COLLECTION)
    for guide in DOCS.glob("*.md"):
        guide.write_text(page(guide.relative_to(COLLECTION)), encoding="utf-8")
    for name, source in PAGES.items():
        (DOCS / f"{name}.md").write_text(page(source), encoding="utf-8")
    reference = DOCS / "reference"
    reference.mkdir()
    reading = ["--use-current", "--squash-hierarchy", "--fail-on-error"]
    run("antsibull-docs", "collection", *reading, "--dest-dir", reference, "huaweicloud.dbops")
    shared = set(yaml.safe_load(auth.ModuleDocFragment.DOCUMENTATION)["options"])
    for path in reference.glob("*.rst"):
        text = path.read_text(encoding="utf-8")
        lists = path.stem in LISTS
        path.write_text(rewritten.listed(text) if lists else rewritten.described(text, shared), encoding="utf-8")
    shutil.rmtree(SITE, ignore_errors=True)
    run("sphinx-build", "--quiet", "--fail-on-warning", "--keep-going", DOCS, SITE)
    print(f"The site is at {SITE / 'index.html'}")


if __name__ == "__main__":
    build()
