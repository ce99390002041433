# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What kinds ask of those who call the API for them: a promise that the client keeps."""

from __future__ import annotations

from typing import Any, Callable, Mapping, Protocol

from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.operation import Operation


class Clock(Protocol):
    """Tells the time."""

    @property
    def now(self) -> Callable[[], float]:
        """Seconds since the epoch."""


class Caller(Protocol):
    """Calls operations and hands their answers to a parser; every method raises ApiError."""

    @property
    def clock(self) -> Clock:
        """The clock of the calls."""

    @property
    def project(self) -> dict[str, str | None]:
        """The project that the calls go to."""

    def projects(self) -> list[dict[str, Any]]:
        """Return all projects that the caller can see."""

    def call(
        self,
        operation: Operation,
        resource: str,
        parse: Callable[[Any], Any],
        parameters: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
    ) -> Any:
        """Call an operation."""

    def pages(
        self,
        operation: Operation,
        resource: str,
        parse: Callable[[Any], tuple[list[dict[str, Any]], int | None]],
        parameters: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> list[dict[str, Any]]:
        """Read a listing that goes by offsets to its end."""

    def numbered_pages(
        self,
        operation: Operation,
        resource: str,
        parse: Callable[[Any], tuple[list[dict[str, Any]], int | None]],
        parameters: Mapping[str, str] | None,
        body: Callable[[int], dict[str, Any]],
    ) -> list[dict[str, Any]]:
        """Read a listing whose pages have numbers to its end."""
