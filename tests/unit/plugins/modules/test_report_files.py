# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports in a folder that others may write to as well."""

from __future__ import annotations

import json
import os
import socket

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.huaweicloud.dbops.plugins.modules import report_files

OTHER = 65534
root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can play two users")


@pytest.fixture
def run(capsys):
    """Return the function that runs the module and returns its result."""

    def run(path, files=None, check=False):
        given = {"path": str(path), "files": files or {"a.txt": "text"}, "_ansible_check_mode": check}
        with patch_module_args(given), pytest.raises(SystemExit):
            report_files.main()
        return json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def as_other(monkeypatch):
    """Return the function after which the module takes itself for a user who is not root."""
    return lambda user=1000: monkeypatch.setattr(report_files.os, "geteuid", lambda: user)


def test_writes(run, tmp_path):
    result = run(tmp_path / "new" / "folder", {"a.txt": "Söhne", "b.txt": ""})
    assert result["changed"]
    assert result["user"]
    assert result["host"]
    path = tmp_path / "new" / "folder" / "a.txt"
    assert path.read_text(encoding="utf-8") == "Söhne"
    assert path.stat().st_mode & 0o7777 == 0o640
    assert sorted(one.name for one in path.parent.iterdir()) == ["a.txt", "b.txt"]
    assert not run(path.parent, {"a.txt": "Söhne"})["changed"]


def test_only_looks_in_check_mode(run, tmp_path):
    assert run(tmp_path / "new", check=True)["changed"]
    assert list(tmp_path.iterdir()) == []


def test_only_makes_sure(run, tmp_path):
    assert run(tmp_path / "new", {"a.txt": None})["changed"]
    assert not run(tmp_path / "new", {"a.txt": None})["changed"]
    assert list(tmp_path.rglob("*")) == [tmp_path / "new"]
    assert "/proc/new: No such file" in run("/proc/new", {"a.txt": None})["msg"]


@pytest.mark.parametrize("made", ["file", "link", "dangling", "fifo", "socket"])
def test_replaces_what_stands_there(run, tmp_path, made):
    path, target = tmp_path / "reports" / "a.txt", tmp_path / "target"
    path.parent.mkdir()
    target.write_text("precious")
    if made == "file":
        path.write_text("old")
        path.chmod(0o666)
    elif made == "fifo":
        os.mkfifo(path)
    elif made == "socket":
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(os.path.relpath(path))
    else:
        path.symlink_to(target if made == "link" else tmp_path / "nowhere")
    assert run(path.parent)["changed"]
    assert (path.is_symlink(), path.read_text(), path.stat().st_mode & 0o7777) == (False, "text", 0o640)
    assert target.read_text() == "precious"
    assert not (tmp_path / "nowhere").exists()


@root
def test_takes_a_file_of_another_user_over(run, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("text")
    path.chmod(0o640)
    os.chown(path, OTHER, -1)
    assert run(tmp_path)["changed"]
    assert path.stat().st_uid == os.geteuid()


@root
@pytest.mark.parametrize("check", [True, False])
def test_a_file_of_another_user_that_cannot_be_replaced(run, tmp_path, as_other, check):
    path = tmp_path / "a.txt"
    path.write_text("theirs")
    tmp_path.chmod(0o1777)
    as_other()
    result = run(tmp_path, check=check)
    assert result["failed"]
    assert result["msg"] == (
        f"The report cannot be written: {path}: belongs to another user and stands where the report goes."
    )
    assert path.read_text() == "theirs"


@root
@pytest.mark.parametrize("below", ["", "folder"])
def test_a_folder_behind_a_link_of_another_user(run, tmp_path, below):
    (tmp_path / "trap").mkdir()
    link = tmp_path / "reports"
    link.symlink_to(tmp_path / "trap")
    assert run(link / below, check=True)["changed"]  # ours
    os.lchown(link, OTHER, -1)
    assert run(link / below)["msg"] == f"The report cannot be written: {link}: is a symbolic link of another user."
    assert list((tmp_path / "trap").iterdir()) == []


@pytest.mark.parametrize("check", [True, False])
def test_no_folder(run, tmp_path, check):
    (tmp_path / "file").write_text("")
    assert run(tmp_path / "file" / "new", check=check)["msg"].endswith(f"{tmp_path / 'file'}: is no folder.")
    (tmp_path / "a.txt").mkdir()
    assert run(tmp_path, check=check)["msg"].endswith("is a folder and stands where the report goes.")


def test_a_folder_that_must_not_be_written_to(run, tmp_path, monkeypatch):
    monkeypatch.setattr(report_files.os, "access", lambda path, mode: False)
    assert run(tmp_path / "new", check=True)["msg"].endswith(
        f"{tmp_path}: is a folder that this user must not write to."
    )


def test_leaves_nothing_behind_when_it_fails(run, tmp_path, monkeypatch):
    def full(descriptor, mode):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(report_files.os, "fchmod", full)
    assert "No space left on device" in run(tmp_path)["msg"]
    assert list(tmp_path.iterdir()) == []


def test_expands_nothing(run, tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET", "the-secret")
    assert run(tmp_path / "$SECRET")["changed"]
    assert (tmp_path / "$SECRET" / "a.txt").is_file()
    assert "the-secret" not in run("/proc/$SECRET")["msg"]


@pytest.mark.parametrize(("path", "name"), [("relative", "a"), ("/tmp/../etc", "a"), ("/tmp", "a/b"), ("/tmp", "..")])
def test_no_nonsense(run, path, name):
    assert run(path, {name: ""}, check=True)["failed"]


def test_a_user_without_a_name(monkeypatch):
    monkeypatch.setattr(report_files.os, "geteuid", lambda: 987654)
    assert report_files.user_name() == "uid 987654"
