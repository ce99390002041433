# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The frame a module runs in: common options, client, check mode, diff, and every error as one clear failure."""

from __future__ import annotations

import functools
import gc
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.parallel import for_each
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.waiting import Poll
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.connection import READERS, connect
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.options import AUTH_OPTIONS, trimmed
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.client import Client, Clock
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.session import REQUESTS_IMPORT_ERROR
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import DbopsError, bug, printable
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.nouns import MOST_NAMED, Noun

if TYPE_CHECKING:
    from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.converge import Track
    from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.resource import Resource

_MOST_TOLD = 2500  # characters of errors that a message spells out

WAIT_OPTIONS: dict[str, Any] = {
    "wait": {"type": "bool", "default": True},
    "wait_sleep": {"type": "float", "default": 5.0},
    "wait_timeout": {"type": "float", "default": 600.0},
}


class Surroundings(NamedTuple):
    """What a module runs in."""

    alone: bool = True  # the process is there for this module only
    adapters: dict[Any, Any] | None = None  # where connections are kept for those who come after it in the process
    tell: Callable[[str], Any] = functools.partial(
        print, file=sys.stderr
    )  # says something when the module is ended from outside


class Frame:
    """Runs the body of a C(with) statement as a module: whatever goes wrong in it becomes one clear failure.

    @param options: the module's own options
    @param acts: whether it is a state module, with the wait options
    @param constraints: C(mutually_exclusive) and the like
    """

    clock = Clock()
    surroundings = Surroundings()

    def __init__(self, options: dict[str, Any], acts: bool = False, **constraints: Any) -> None:
        if self.surroundings.alone:
            gc.freeze()  # what was imported stays to the end, and looking through it once more would slow the exit
        self.module = AnsibleModule(
            argument_spec={**AUTH_OPTIONS, **(WAIT_OPTIONS if acts else {}), **options},
            supports_check_mode=True,
            **constraints,
        )
        self.options: dict[str, Any] = trimmed(self.module.params)
        self._acts = acts
        self._client: Client | None = None

    def __enter__(self) -> Frame:
        if REQUESTS_IMPORT_ERROR:
            self.module.fail_json(msg=missing_required_lib("requests"), exception=REQUESTS_IMPORT_ERROR)
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if self._client:
            self._client.close()
        if isinstance(error, DbopsError):
            self.module.fail_json(msg=str(error), **error.result())
        if isinstance(error, Exception):
            self.module.fail_json(msg=bug(error))
        if error is not None and not isinstance(error, SystemExit) and self._client:  # a timeout of the task, Ctrl-C
            for sentence in self._client.acts.left_behind():
                self.surroundings.tell(sentence)

    @property
    def client(self) -> Client:
        """The API client that the options describe; made when first asked for.

        @raises UsageError: when the credentials are missing or incomplete, or an option makes no sense
        """
        if self._client is None:
            self._client = connect(
                self.options,
                warn=self.module.warn,
                keep_secret=self.module.no_log_values.add,
                read_only=self.module.check_mode or not self._acts,
                clock=self.clock,
                adapters=self.surroundings.adapters,
            )
        return self._client

    def exit(self, changed: bool = False, **result: Any) -> None:
        """End the module well; an info module tells too where it looked."""
        self.module.exit_json(changed=changed, **self._where(), **result)

    def _where(self) -> dict[str, Any]:
        """Return the C(project) that an info module has looked in."""
        return {} if self._acts or self._client is None else {"project": self._client.project}

    def warn(self, warnings: Iterable[str]) -> None:
        """Add these sentences to the task's warnings."""
        for warning in warnings:
            self.module.warn(printable(warning))

    def start_waiting(self) -> Poll:
        """Start the clock of C(wait_timeout); the calls from now on keep to it too."""
        poll = Poll(self.options["wait_timeout"], self.options["wait_sleep"], self.clock.monotonic, self.clock.sleep)
        self.client.deadline = poll.deadline
        self.client.retry_busy = self.options["wait"]
        return poll

    def each(self, work: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        """Read something for many, as C(for_each) does, as many at a time as modules read."""
        return for_each(work, items, READERS)

    def converge(self, resource: Resource, records: Mapping[str, Any], poll: Poll) -> list[Track]:
        """Bring the records to the wanted state as C(converge) does, and pass on the warnings."""
        from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.converge import converge as bring  # noqa: PLC0415 - info modules need none

        tracks = bring(
            resource,
            records,
            poll,
            check_mode=self.module.check_mode,
            wait=self.options["wait"],
            concurrency=self.options.get("concurrency") or 1,
            max_tries=self.client.max_tries,
        )
        for track in tracks:
            self.warn(track.warnings)
        return tracks

    def report_one(self, resource: Resource, track: Track, key: str) -> None:
        """End the module with the result for a single record, under C(key)."""
        result: dict[str, Any] = {
            **({key: resource.report(track.record)} if track.seen else {}),
            "actions": track.taken,
        }
        if self.module._diff and track.taken:
            result["diff"] = _diff(resource.label(track.record), *_difference(resource, track))
        if track.error:
            self.module.fail_json(msg=str(track.error), changed=bool(track.taken), **track.error.result(), **result)
        self.exit(changed=bool(track.taken), **result)

    def report_all(self, resource: Resource, tracks: list[Track], key: str, failed_key: str, **more: Any) -> None:
        """End the module with the results for many records under C(key), and those that failed under C(failed_key).

        @param more: what else the result has
        """
        taken = [track for track in tracks if track.taken]
        failures = [(track, track.error) for track in tracks if track.error]
        result: dict[str, Any] = {
            key: [
                {**resource.report(track.record), "changed": bool(track.taken), "actions": track.taken}
                for track in tracks
                if track.seen
            ],
            failed_key: [failure(resource.noun, track.record, error) for track, error in failures],
            **more,
        }
        result.update(self.diff_of(resource, taken))
        self.report_failures([error for track, error in failures], len(tracks), resource.noun.many, bool(taken), result)
        self.exit(changed=bool(taken), **result)

    def diff_of(self, resource: Resource, taken: list[Track]) -> dict[str, Any]:
        """Return the C(diff) of all records that were changed, where the task asks for one."""
        if not self.module._diff or not taken:
            return {}
        both = [(resource.label(track.record), *_difference(resource, track)) for track in taken]
        names = [name for name, before, after in both]
        header = names[0] if len(names) == 1 else f"{len(names)} {resource.noun.many}"
        before_all = {name: before for name, before, after in both}
        return {"diff": _diff(header, before_all, {name: after for name, before, after in both})}

    def report_readings(
        self,
        noun: Noun,
        parents: list[dict[str, Any]],
        reads: Mapping[str, Callable[[dict[str, Any]], list[dict[str, Any]]]],
        failed_key: str,
    ) -> None:
        """Read the records of each parent, several at a time, and end the module with all that could be read.

        @param reads: what reads the records of a parent, by the key of the result that has them
        """
        pairs = [(key, parent) for parent in parents for key in reads]
        readings = self.each(lambda pair: reads[pair[0]](pair[1]), pairs)
        found: dict[str, Any] = {key: [] for key in reads}
        errors: dict[str, DbopsError] = {}
        for (key, parent), reading in zip(pairs, readings):
            if isinstance(reading, DbopsError):
                errors.setdefault(parent[noun.id_key], reading)
            else:
                found[key] += reading
        failed = [parent for parent in parents if parent[noun.id_key] in errors]
        result = {**found, failed_key: [failure(noun, one, errors[one[noun.id_key]]) for one in failed]}
        self.report_failures(list(errors.values()), len(parents), noun.many, False, {**result, **self._where()})
        self.exit(**result)

    def report_failures(
        self, errors: list[DbopsError], total: int, many: str, changed: bool, result: dict[str, Any]
    ) -> None:
        """Fail with the result if there are errors, naming the first of them, each once; the result has them all."""
        if not errors:
            return
        sentences = list(dict.fromkeys(map(str, errors)))
        fitting = sum(length <= _MOST_TOLD for length in accumulate(map(len, sentences)))
        named = min(MOST_NAMED, max(1, fitting))
        words = " ".join(sentences[:named])
        if len(sentences) > named:
            words += f" And {len(sentences) - named} more."
        if total > 1:
            words = f"{len(errors)} of {total} {many} failed. {words}"
        self.module.fail_json(msg=words, changed=changed, **errors[0].result(), **result)


def failure(noun: Noun, record: dict[str, Any], error: DbopsError) -> dict[str, Any]:
    """Return the row that tells about a record that failed: its ID, name and error."""
    row = {key: record.get(key) for key in (noun.id_key, noun.name_key) if key}
    return {**row, "error": str(error), **error.result()}


def _diff(header: str, before: dict[str, Any], after: dict[str, Any]) -> dict[str, str]:
    header = printable(header)
    return {"before_header": header, "after_header": header, "before": _text(before), "after": _text(after)}


def _text(value: dict[str, Any]) -> str:
    """Return JSON in lines, in which people can read every letter and no control character acts."""
    lines = json.dumps(value, indent=4, ensure_ascii=False).split("\n")
    return "".join(f"{printable(line)}\n" for line in lines)


def _difference(resource: Resource, track: Track) -> tuple[dict[str, Any], dict[str, Any]]:
    before, after = resource.view(track.before), resource.view(track.after)
    if before == after:
        after = {**after, "actions": track.taken}  # a restart leaves no other trace
    return before, after
