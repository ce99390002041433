# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let ansible-test make its environments without its download server.

ansible-test fetches a script that puts one version of pip into an empty environment, unless its cache holds that
script. This puts a script there that does the same from ensurepip and the package index.
"""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

CACHE = Path("~/.ansible/test/cache").expanduser()
SCRIPT = '''"""Put the packages that the command line names, pip among them, into an environment without pip."""

import subprocess
import sys

packages = [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
subprocess.check_call([sys.executable, "-m", "ensurepip"], stdout=subprocess.DEVNULL)
subprocess.check_call([sys.executable, "-m", "pip", "install", "--quiet", "--upgrade"] + packages)
'''


def provide() -> None:
    """Write the script for each version of pip that the installed ansible-test asks for, unless it is there."""
    ansible_test = Path(find_spec("ansible_test").origin).parent
    wanted = (ansible_test / "_internal" / "python_requirements.py").read_text(encoding="utf-8")
    CACHE.mkdir(parents=True, exist_ok=True)
    for version in re.findall(r"\bpip='([\d.]+)'", wanted):
        script = CACHE / f"get_pip_{version.replace('.', '_')}.py"
        if not script.exists():
            script.write_text(SCRIPT, encoding="utf-8")


if __name__ == "__main__":
    provide()
