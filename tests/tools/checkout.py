# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the checkout, and a copy of them where ansible-test wants a collection.

`python -m tests.tools.checkout .../ansible_collections/huaweicloud/dbops` makes the copy.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def files() -> list[Path]:
    """Return the paths, relative to the root, of the files that are in git or would be after `git add`."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for path in map(Path, filter(None, names.split("\0"))) if (ROOT / path).is_file()]


def copy(target: Path) -> None:
    """Make the folder `target` a repository of its own that holds those files and no others.

    ansible-test asks git for the files, and a copy within the checkout would be one of the files that git ignores.
    """
    shutil.rmtree(target, ignore_errors=True)
    for path in files():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, target / path)
    subprocess.run(["git", "init", "--quiet", str(target)], check=True)


if __name__ == "__main__":
    copy(Path(sys.argv[1]))
