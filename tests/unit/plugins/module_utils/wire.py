# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real server on loopback that answers bytes, or breaks the connection. What requests raises then is no guess."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Sequence

_TLS = b"\x16"  # how a TLS handshake begins

SILENCE = b""
"""Answers nothing until the client gives up."""


def hang_up(connection: socket.socket) -> None:
    """Close the connection without an answer."""


def reset(connection: socket.socket) -> None:
    """Break the connection."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def answer(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """Return an HTTP answer, with a length that may be a lie."""
    length = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {length}", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


class Wire:
    """Plays its script, one connection each, and keeps what it was sent."""

    def __init__(self, script: Sequence[bytes | Callable[[socket.socket], None]], tls: ssl.SSLContext | None) -> None:
        self._script = script
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.received: list[bytes] = []
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Wire:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        for act in self._script:
            with contextlib.suppress(OSError):
                connection = self._listener.accept()[0]
                connection.settimeout(5)
                with self._tls.wrap_socket(connection, server_side=True) if self._tls else connection as stream:
                    self._play(act, stream)

    def _play(self, act: bytes | Callable[[socket.socket], None], connection: socket.socket) -> None:
        self.received.append(_read_request(connection))
        if callable(act):
            act(connection)
        elif act:
            connection.sendall(act)
        else:
            connection.recv(1)


def _read_request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received and not received.startswith(_TLS):
        received += connection.recv(65536)
    head, _blank, body = received.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head


@contextlib.contextmanager
def wire(*script: bytes | Callable[[socket.socket], None], tls: ssl.SSLContext | None = None) -> Iterator[Wire]:
    """Serve the script while the C(with) statement runs."""
    with Wire(script, tls) as server:
        yield server
