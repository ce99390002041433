# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start the embedded cloud: huaweicloud-dbops-emulator, or in a checkout python -m tests.emulator"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from .app import create_app
from .cloud import Cloud
from .documents import HERE, StateError, read_file
from .door import is_loopback
from .server import create_server

STOP_WITHIN = 0.5  # s
COMMAND = f"python -m {__package__}" if "." in __package__ else __package__.replace("_", "-")
OTHER_CLOUDS = ("HW_", "HUAWEICLOUD_")  # variables that a command must not keep
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
OPEN = (
    "Warning: {} is open to everyone on the network. The admin path asks for no credentials, and those of the state "
    "file are no secret. Listen on 127.0.0.1, unless only callers that you trust can reach this host."
)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=COMMAND, description="IAM, DBSS, DWS and billing of a small company on one loopback port."
    )
    parser.add_argument(
        "command", nargs="*", help="after --, a command to serve: it has the variables, and its end is the server's"
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8600, help="port, 0 for any free one (default: %(default)s)")
    parser.add_argument(
        "--name", action="append", default=[], help="a name under which callers reach it, beside the host (repeatable)"
    )
    parser.add_argument("--state", type=Path, default=HERE / "company.yml", help="state file (default: company.yml)")
    parser.add_argument("--transition", type=_seconds, metavar="S", help="how long a start, stop or reboot takes")
    parser.add_argument("--lag", type=_seconds, metavar="S", help="how long listings show the state before an action")
    parser.add_argument("--validate", choices=["all", "requests", "off"], help="what to hold against the contract")
    parser.add_argument("--ready-file", type=Path, metavar="PATH", help="write the address and variables here as JSON")
    return parser.parse_args()


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds < float("inf"):
        raise ValueError
    return seconds


_seconds.__name__ = "number of seconds"


def _variables(cloud: Cloud, url: str) -> dict[str, str]:
    """The environment variables with which the collection reaches this cloud."""
    keys = [one for one in cloud.state.document.get("keys", ()) if "security_token" not in one]
    key = {"HW_ACCESS_KEY": keys[0]["access_key"], "HW_SECRET_KEY": keys[0]["secret_key"]} if keys else {}
    return {
        "HW_REGION_NAME": cloud.state.region,
        "HW_PROJECT_ID": next(iter(cloud.state.projects)),
        **key,
        "HW_ENDPOINTS": json.dumps(dict.fromkeys(("iam", "dbss", "dws"), url)),
    }


def _url(address: str, port: int) -> str:
    """The base URL for callers on this host of a server that listens there."""
    host = EVERYWHERE.get(address, address)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _announce(url: str, variables: dict[str, str]) -> None:
    exports = " \\\n       ".join(f"{name}='{value}'" for name, value in variables.items())
    print(f"The embedded cloud is ready at {url} (Ctrl-C stops it).\n\nexport {exports}\n", flush=True)


def _note(ready_file: Path, url: str, variables: dict[str, str]) -> None:
    facts: dict[str, Any] = {"url": url, "pid": os.getpid(), "env": variables}
    draft = ready_file.with_name(ready_file.name + ".part")
    draft.write_text(json.dumps(facts), encoding="utf-8")
    draft.replace(ready_file)


def _run(command: list[str], variables: dict[str, str], server: Any) -> int:
    """Serve while a command runs that knows this cloud and no other; its exit code, as a shell tells it."""
    threading.Thread(target=server.serve, daemon=True).start()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OTHER_CLOUDS)}
    try:
        process = subprocess.Popen(command, env={**kept, **variables})
    except OSError as error:
        print(f"Cannot run {command[0]}: {error.strerror}.", file=sys.stderr)
        return 127
    try:
        code = process.wait()
    except SystemExit:
        process.terminate()
        code = process.wait()
    return code if code >= 0 else 128 - code


def _stop(_number: int, _frame: Any) -> None:
    raise SystemExit(0)


def main() -> int:
    """Serve until stopped; the exit code."""
    arguments = _arguments()
    chosen = {key: getattr(arguments, key) for key in ("transition", "lag", "validate")}
    try:
        cloud = Cloud(read_file(arguments.state), {key: value for key, value in chosen.items() if value is not None})
    except StateError as error:
        print(f"The state file {arguments.state} cannot be used: {error}.", file=sys.stderr)
        return 2
    names = [arguments.host, *arguments.name]
    code = 0
    server = create_server(arguments.host, arguments.port, create_app(cloud, names))
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    try:
        server.prepare()
        address, port = server.socket.getsockname()[:2]
        if not is_loopback(address):
            print(OPEN.format(address), file=sys.stderr, flush=True)
        url = _url(address, port)
        variables = _variables(cloud, url)
        if arguments.ready_file:
            _note(arguments.ready_file, url, variables)
        if arguments.command:
            code = _run(arguments.command, variables, server)
        else:
            _announce(url, variables)
            server.serve()
    except (OSError, OverflowError) as error:
        print(f"Cannot start on {arguments.host}:{arguments.port}: {error}.", file=sys.stderr)
        code = 2
    finally:
        # A client that does not read its answer must not keep us.
        watchdog = threading.Timer(STOP_WITHIN, os._exit, (code,))
        watchdog.daemon = True
        watchdog.start()
        cloud.clock.stop()
        server.stop()
    return code


if __name__ == "__main__":
    sys.exit(main())
