# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP server: one process, many threads, HTTP/1.1 keep-alive, and connections that can break for real."""

from __future__ import annotations

import itertools
import json
import socket
import struct
from http import HTTPStatus
from typing import Any

from cheroot import server as http
from cheroot import wsgi

from .answers import JSON, Answer

THREADS = 160
IDLE_TIMEOUT = 60  # s
SHUTDOWN_TIMEOUT = 0.2  # s
CONNECTIONS = 4096
HEADER_LIMIT = 64 * 1024  # bytes


class _Request(http.HTTPRequest):
    """A request whose own failures (what is not even HTTP) are answered like the gateway's."""

    def simple_response(self, status: str, msg: str = "") -> None:
        """Answer with the gateway's failure body and close the connection."""
        body = {"error_code": "APIGW.0201", "error_msg": msg or status}
        self.close_connection = True
        headers = {"Content-Type": JSON, "Connection": "close"}
        self.conn.send(Answer(int(status[:3]), json.dumps(body).encode(), headers))


class _Connection(http.HTTPConnection):
    """A connection with a number for the log, that faults can break."""

    RequestHandlerClass = _Request
    _numbers = itertools.count(1)
    _resetting = False

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.number = next(self._numbers)

    def send(self, answer: Answer, part: float = 1.0) -> None:
        """Put an answer, or the first part of its body, on the wire at once."""
        headers = {**answer.headers, "Content-Length": str(len(answer.body))}
        head = f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        sent = answer.body[: int(len(answer.body) * part)]
        self.socket.sendall(head.encode("latin-1") + b"\r\n" + sent)

    def send_half(self, answer: Answer) -> None:
        """Announce the whole answer and send half of it."""
        self.send(answer, 0.5)

    def reset(self) -> ConnectionError:
        """Have the connection reset by TCP RST as soon as the error that this returns is raised."""
        self._resetting = True
        return self.hang_up()

    def hang_up(self) -> ConnectionError:
        """The error that closes the connection without another byte."""
        return ConnectionResetError(104, "dropped by a fault rule")

    def close(self) -> None:
        """Close, with a reset where one is due: lingering for 0 s is what makes the kernel send it."""
        if self._resetting:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.socket.close()
            self.rfile.close()
        else:
            super().close()


class _Gateway(wsgi.Gateway_10):
    """WSGI with the connection in the environ."""

    def get_environ(self) -> Any:
        """The environ of the request."""
        environ = super().get_environ()  # type: ignore[no-untyped-call]
        return {**environ, "emulator.connection": self.req.conn}


def create_server(host: str, port: int, app: Any) -> wsgi.Server:
    """A server for the application, not yet bound."""
    server = wsgi.Server((host, port), app, numthreads=THREADS, request_queue_size=1024)
    server.shutdown_timeout = SHUTDOWN_TIMEOUT
    server.gateway = _Gateway
    server.ConnectionClass = _Connection
    server.timeout = IDLE_TIMEOUT
    server.keep_alive_conn_limit = CONNECTIONS
    server.max_request_header_size = HEADER_LIMIT
    server.software = server.server_name = "emulator"
    return server
