#!/usr/bin/python
# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: report_files
short_description: Write reports into a folder that others may write to as well
version_added: 1.1.0
description:
  - Writes text files that only their owner can write and only their group can read, each at once or not at all.
  - What somebody else has put into the place of a file, such as a symbolic link, is replaced and never written to. A
    folder that is reached through a symbolic link of another user is refused.
  - It calls no API and needs no credentials. The roles of this collection write their reports with it.
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
    details: It then says whether the files could be written.
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in
      diff mode.
    support: none
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second run changes nothing.
    support: full
options:
  path:
    description:
      - The absolute path of the folder. It is made when it is missing. Environment variables in it are not expanded.
    type: str
    required: true
  files:
    description:
      - The text of each file, by its name. With V(null) it is only made sure that the file can be written, and the
        folder is made.
    type: dict
    required: true
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
- name: Write a report
  huaweicloud.dbops.report_files:
    path: /tmp/dbops-reports
    files:
      clusters.json: "{{ {'clusters': []} | to_nice_json }}"
"""

RETURN = r"""
user:
  description: The name of the user who writes, or C(uid) and a number for one who has no name.
  returned: success
  type: str
  sample: root
host:
  description: The name of the host.
  returned: success
  type: str
  sample: control
"""

import os
import platform
import pwd
import secrets
import stat
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

MODE = 0o640


def user_name() -> str:
    """Return the name of the user, or their number when there is no name for it."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return f"uid {os.geteuid()}"


def check_folder(folder: Path) -> None:
    """See that the folder, or the one that it can be made in, is one to write to.

    @raises OSError: when it is not, with the reason and the path
    """
    there = [part for part in (*reversed(folder.parents), folder) if os.path.lexists(part)]
    for part in there:
        entry = part.lstat()
        if stat.S_ISLNK(entry.st_mode) and entry.st_uid not in (0, os.geteuid()):
            raise PermissionError(0, "is a symbolic link of another user", str(part))
        if not part.is_dir():
            raise NotADirectoryError(0, "is no folder", str(part))
    if not os.access(there[-1], os.W_OK | os.X_OK):
        raise PermissionError(0, "is a folder that this user must not write to", str(there[-1]))


def check_file(path: Path) -> None:
    """See that a file is not there or can be replaced.

    @raises OSError: when it cannot, with the reason and the path
    """
    if not os.path.lexists(path):
        return
    there, folder = path.lstat(), path.parent.stat()
    if stat.S_ISDIR(there.st_mode):
        raise IsADirectoryError(0, "is a folder and stands where the report goes", str(path))
    if folder.st_mode & stat.S_ISVTX and os.geteuid() not in (0, there.st_uid, folder.st_uid):
        raise PermissionError(0, "belongs to another user and stands where the report goes", str(path))


def is_written(path: Path, content: bytes) -> bool:
    """Return whether the file is already there, as it would be written."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    with os.fdopen(descriptor, "rb") as file:
        there = os.fstat(descriptor)
        mine = stat.S_ISREG(there.st_mode) and there.st_uid == os.geteuid() and stat.S_IMODE(there.st_mode) == MODE
        return mine and file.read() == content


def write(path: Path, content: bytes | None) -> None:
    """Put a file with the content in the place of whatever is there, which is never opened.

    @param content: None to only see that a file can be made in the folder
    @raises OSError: when that fails; nothing is left behind then
    """
    place = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    new = f".{path.name}.{secrets.token_hex(8)}"
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=place)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content or b"")
                os.fchmod(descriptor, MODE)
            if content is not None:
                os.replace(new, path.name, src_dir_fd=place, dst_dir_fd=place)
                return
        except BaseException:
            os.unlink(new, dir_fd=place)
            raise
        os.unlink(new, dir_fd=place)
    finally:
        os.close(place)


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={"path": {"type": "str", "required": True}, "files": {"type": "dict", "required": True}},
        supports_check_mode=True,
    )
    folder = Path(module.params["path"])
    if not folder.is_absolute() or ".." in folder.parts:
        module.fail_json(msg=f"path {module.params['path']!r} must be an absolute path, without '..' in it.")
    if any(Path(name).name != name for name in module.params["files"]):
        module.fail_json(msg="A name in files must be the name of a file, without a folder.")
    wanted = {
        folder / name: None if text is None else str(text).encode("utf-8")
        for name, text in module.params["files"].items()
    }
    try:
        check_folder(folder)
        made = folder.is_dir()
        for path in wanted:
            check_file(path)
        missing = {
            path: content for path, content in wanted.items() if content is None or not is_written(path, content)
        }
        if not module.check_mode:
            folder.mkdir(parents=True, exist_ok=True)
            for path, content in missing.items():
                write(path, content)
    except (OSError, ValueError) as error:
        place, why = getattr(error, "filename", None) or folder, getattr(error, "strerror", None) or error
        module.fail_json(msg=f"The report cannot be written: {place}: {why}.")
    changed = not made or any(content is not None for content in missing.values())
    module.exit_json(changed=changed, user=user_name(), host=platform.node())


if __name__ == "__main__":
    main()
