# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The artifact as Galaxy imports it, which has to go without a warning: `python -m tests.tools.importer`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.tools import artifact


def main() -> int:
    """Build the artifact, run galaxy-importer on it and return 1 when it ends badly or warns."""
    with tempfile.TemporaryDirectory() as folder:
        built = artifact.build(Path(folder) / "artifact")
        command = [sys.executable, "-m", "galaxy_importer.main", built]
        environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        run = subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)
    print(run.stdout, run.stderr)
    warned = re.search(r"^(WARNING|ERROR|CRITICAL)\b", run.stdout, re.MULTILINE)
    return int(bool(run.returncode or warned or "Importer processing completed successfully" not in run.stdout))


if __name__ == "__main__":
    sys.exit(main())
