# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection as a user gets it: built into an artifact, and installed from that alone.

`python -m tests.tools.artifact FOLDER` builds it.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from tests.tools.checkout import copy
from tests.tools.environment import alone


def galaxy(*arguments: str | Path) -> None:
    """Run `ansible-galaxy collection` of the running environment; its output is shown when it fails."""
    command = [Path(sys.executable).with_name("ansible-galaxy"), "collection", *arguments]
    with tempfile.TemporaryDirectory() as home:
        run = subprocess.run(
            command, env=alone(Path(home)), check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
    if run.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{run.stdout}")


def build(folder: Path) -> Path:
    """Build the checkout into the empty or missing `folder` and return the path of the artifact.

    Two builds of the same files are equal byte for byte.
    """
    with tempfile.TemporaryDirectory() as checkout:
        copy(Path(checkout))
        galaxy("build", "--output-path", folder, checkout)
    [artifact] = folder.glob("*.tar.gz")
    level(artifact)
    return artifact


def level(artifact: Path) -> None:
    """Rewrite `artifact` without what ansible-galaxy leaves to chance: the order of the files, and every time."""
    with tarfile.open(artifact) as archive:
        content = {member.name: archive.extractfile(member).read() for member in archive if member.isfile()}
        modes = {member.name: (member.type, member.mode) for member in archive}
    listing = json.loads(content["FILES.json"])
    listing["files"].sort(key=lambda entry: entry["name"])
    content["FILES.json"] = json.dumps(listing, indent=True).encode()
    manifest = json.loads(content["MANIFEST.json"])
    manifest["file_manifest_file"]["chksum_sha256"] = hashlib.sha256(content["FILES.json"]).hexdigest()
    content["MANIFEST.json"] = json.dumps(manifest, indent=True).encode()
    first = ["MANIFEST.json", "FILES.json"]
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name in [*first, *sorted(modes.keys() - set(first))]:
            member = tarfile.TarInfo(name)
            member.type, member.mode = modes[name]
            member.size = len(content.get(name, b""))
            archive.addfile(member, io.BytesIO(content.get(name, b"")))
    artifact.write_bytes(gzip.compress(packed.getvalue(), mtime=0))


def install(artifact: Path) -> Path:
    """Install `artifact`, with no server asked, beside itself and return the folder to search for collections.

    It is installed whatever this host has of the collection already (--force).
    """
    collections = artifact.with_name("collections")
    shutil.rmtree(collections, ignore_errors=True)
    galaxy("install", "--force", "--offline", "--collections-path", collections, artifact)
    return collections


if __name__ == "__main__":
    print(build(Path(sys.argv[1])))
