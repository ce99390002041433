# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start the embedded cloud: python -m tests.emulator"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from .app import create_app
from .cloud import Cloud
from .door import is_loopback
from .server import create_server
from .state import HERE, StateError, read_file

STOP_WITHIN = 0.5  # s
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
OPEN = (
    "Warning: {} is open to everyone on the network. The admin path asks for no credentials, and those of the state "
    "file are no secret. Listen on 127.0.0.1, unless only callers that you trust can reach this host."
)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.emulator", description="IAM, DBSS and DWS of a small company on one loopback port."
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


def _announce(url: str, variables: dict[str, str], ready_file: Path | None) -> None:
    exports = " \\\n       ".join(f"{name}='{value}'" for name, value in variables.items())
    print(f"The embedded cloud is ready at {url} (Ctrl-C stops it).\n\nexport {exports}\n", flush=True)
    if ready_file:
        facts: dict[str, Any] = {"url": url, "pid": os.getpid(), "env": variables}
        draft = ready_file.with_name(ready_file.name + ".part")
        draft.write_text(json.dumps(facts), encoding="utf-8")
        draft.replace(ready_file)


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
    server = create_server(arguments.host, arguments.port, create_app(cloud, names))
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    try:
        server.prepare()
        address, port = server.socket.getsockname()[:2]
        if not is_loopback(address):
            print(OPEN.format(address), file=sys.stderr, flush=True)
        url = _url(address, port)
        _announce(url, _variables(cloud, url), arguments.ready_file)
        server.serve()
    except (OSError, OverflowError) as error:
        print(f"Cannot start on {arguments.host}:{arguments.port}: {error}.", file=sys.stderr)
        return 2
    finally:
        # A client that does not read its answer must not keep us.
        watchdog = threading.Timer(STOP_WITHIN, os._exit, (0,))
        watchdog.daemon = True
        watchdog.start()
        cloud.clock.stop()
        server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
