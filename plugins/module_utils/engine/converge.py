# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way of every state module: read, plan, apply, settle, for a list of records at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine import verdicts
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.parallel import for_each
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.waiting import Poll
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import (
    FAILED,
    UNKNOWN,
    ApiError,
    DbopsError,
    OutcomeUnknown,
    StateError,
    WaitTimeout,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.plan import (
    ACT,
    DONE,
    REFUSE,
    WAIT,
    Past,
    Step,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.resource import Resource

_PATIENCE_AFTER_REFUSAL = 2.0  # seconds: somebody else may have been quicker, and the listing may lag
_MOST_PREDICTIONS = 1000  # a plan that never ends in check mode is a bug; say so instead of hanging


class Pending:
    """An action whose effect has not been seen yet."""

    def __init__(self, action: str, before: dict[str, Any], since: float, error: ApiError | None) -> None:
        self.action = action
        self.before = before
        self.since = since
        self.error = error  # None: it was accepted
        self.looked = False

    @property
    def unknown(self) -> bool:
        """Whether its answer was lost."""
        return self.error is not None and self.error.effect == UNKNOWN


class Track:
    """One record on its way to the wanted state."""

    def __init__(self, resource: Resource, key: str, record: Any, poll: Poll, max_tries: int) -> None:
        self._resource = resource
        self._poll = poll
        self._max_tries = max_tries
        self._tries: dict[str, int] = {}
        self._pending: Pending | None = None
        self._led = False
        self._claimed = False  # an answer was believed that no reading has shown yet
        self._checking = False  # all is done, if the answers can be believed
        self._patient_since: float | None = None  # when a step with patience first came
        self._lost: dict[str, ApiError] = {}  # actions that were sent, whose answer was lost and effect never seen
        self._expected: dict[str, Any] | None = None
        self.key = key
        self.seen = not isinstance(record, DbopsError)  # False: the record could not even be read once
        self.before: dict[str, Any] = record if self.seen else resource.known(key)
        self.record = self.before
        self.taken: list[str] = []
        self.warnings: list[str] = []
        self.error: DbopsError | None = None
        self.step: Step  # what to do next
        self.look(record)

    @property
    def description(self) -> str:
        """The record's kind, name and ID."""
        return self._resource.noun.describe(self.record)

    @property
    def after(self) -> dict[str, Any]:
        """The record as it is now, or as it will be once the actions have settled that the task did not wait for."""
        return self._expected or self.record

    @property
    def open(self) -> bool:
        """Whether there is still something to wait for or to do."""
        return self.error is None and self.step.verdict in (ACT, WAIT)

    @property
    def in_doubt(self) -> bool:
        """Whether an action was sent and it is not known yet what became of it."""
        return self._pending is not None and self._pending.error is not None

    @property
    def _past(self) -> Past:
        return Past(tuple(self.taken), self._led)

    def look(self, record: Any) -> None:
        """Take a new reading, or the error that came in its place, and plan from it."""
        if isinstance(record, DbopsError):
            self.fail(record)
        elif record is None:
            self.fail(StateError(f"{_start(self.description)} has vanished: it is not listed any more."))
        else:
            self.record = record
            if self._pending:
                self._pending.looked = True
            if self._pending is None or self._resolved(self._pending):
                self._plan_anew()

    def next_look(self) -> float | None:
        """Return the seconds until this record must be looked at, None to go by the interval."""
        pending = self._pending
        if pending is None or not pending.looked or self._watched(pending):
            return None
        return max(0.0, pending.since + self._patience(pending) - self._poll.now())

    def act(self) -> None:
        """Take planned actions until the answer no longer shows the record or nothing is left to do for it alone."""
        while self.error is None and self.step.verdict == ACT and not self._resource.together(self.step.action):
            self._act_once(self.step.action)

    def predict(self) -> None:
        """Take the planned actions in thought only."""
        while self.error is None and self.step.verdict == ACT:
            if len(self.taken) >= _MOST_PREDICTIONS:
                raise AssertionError(f"the plan for {self.description} does not end")
            self.taken.append(self.step.action)
            self.record = self._resource.predict(self.record, self.step.action)
            self._plan()

    def stop_waiting(self) -> None:
        """Judge the record as it is now, because the task does not wait."""
        if self.in_doubt or not self.open:
            return
        if self._claimed and self._pending is None:
            if self._checking:
                self._close()
            return
        if self.taken:
            self._expected = self._resource.predict(self.record, self.taken[-1])
        elif not self.step.leads or self.step.more:
            self.fail(self._out_of_reach("and wait is false "))
        self._close()

    def time_out(self) -> None:
        """Give up waiting."""
        if self._pending and self._pending.error:
            self.fail(self._pending.error)
            return
        if self.step.patience:
            self._close()
            return
        self.fail(
            WaitTimeout(
                f"{_start(self.description)} {self._resource.goal.overdue} within {self._poll.elapsed():.0f} s; "
                f"last seen: {self._state()}."
            )
        )

    def fail(self, error: DbopsError) -> None:
        """End this record's way with an error; an action whose outcome is unknown comes before it."""
        self.error = self._unclear(error) if self._lost else error
        self._close()

    def _close(self) -> None:
        self._pending = None
        self.step = Step(DONE)

    def _plan(self) -> None:
        self.step = self._resource.plan(self.record, self._past)
        self._led = self._led or self.step.leads
        if self.step.patience:
            now = self._poll.now()
            self._patient_since = now if self._patient_since is None else self._patient_since
            if now - self._patient_since >= self.step.patience:
                self._close()
        if self.step.verdict == REFUSE:
            self.fail(self._out_of_reach())

    def _plan_on(self) -> None:
        """Plan from what an answer has promised. When nothing is left to do, a reading has to show it all."""
        self._plan()
        self._checking = self.step.verdict == DONE and self.error is None
        if self._checking:
            self.step = Step(WAIT)

    def _plan_anew(self) -> None:
        """Plan from a reading. One that asks for what was done already is late."""
        self._plan()
        if self._claimed and self.step.verdict == ACT and self.step.action in self.taken:
            self.step, self._checking = Step(WAIT), True
        elif self.step.verdict == DONE:
            self._claimed = False

    def _out_of_reach(self, besides: str = "") -> StateError:
        state = self._state()
        why = f"it {self.step.reason} {besides}({state})" if state else f"it {self.step.reason} {besides}".rstrip()
        return StateError(f"{_start(self.description)} {self._resource.goal.unreachable}: {why}.")

    def _act_once(self, action: str) -> None:
        answer, error = None, None
        try:
            answer = self._resource.act(self.record, action)
        except DbopsError as failure:
            error = failure
        self.answered(action, error, answer)

    def answered(self, action: str, error: DbopsError | None, answer: dict[str, Any] | None = None) -> None:
        """Take what came of an action: the error if there was one, and the record if the answer shows it."""
        before = self.record
        self._tries[action] = self._tries.get(action, 0) + 1
        if error is not None and not isinstance(error, ApiError):
            self.fail(error)
            return
        if error is None:
            self.taken.append(action)
            self._lost.pop(action, None)
            if self._resource.actions[action].trusted:
                self._claimed = True
                self.record = self._resource.predict(before, action)
                self._plan_on()
                return
        elif error.effect == FAILED:
            self.fail(error)
            return
        elif error.effect == UNKNOWN:
            self._lost[action] = error
        self._pending = Pending(action, before, self._poll.now(), error)
        self.step = Step(WAIT)
        if answer is not None:
            self.look(answer)

    def _resolved(self, pending: Pending) -> bool:
        """Return whether the new reading tells what became of the pending action, so that planning can go on."""
        found = verdicts.verdict(self._evidence(pending))
        if found == verdicts.LOOK:
            return False
        if found == verdicts.GIVE_UP and pending.error:
            self.fail(pending.error)
            return False
        if found == verdicts.NO_EFFECT:
            self.fail(
                StateError(f"{pending.action} on {self.description} was accepted without effect: {self._state()}.")
            )
            return False
        if found == verdicts.COUNT:
            self.taken.append(pending.action)
            del self._lost[pending.action]
        if found == verdicts.ASSUME:
            patience = self._resource.actions[pending.action].patience
            self.warnings.append(
                f"{pending.action} of {self.description} was accepted, but the listing never showed it within "
                f"{patience:.0f} s; it counts as done."
            )
        self._pending = None
        return True

    def _evidence(self, pending: Pending) -> verdicts.Evidence:
        action = self._resource.actions[pending.action]
        lost = pending.action in self._lost
        return verdicts.Evidence(
            verdicts.ACCEPTED if pending.error is None else verdicts.LOST if lost else verdicts.REFUSED,
            shown=self._resource.took(pending.before, self.record, pending.action),
            asked=self._asks_for(pending.action),
            over=self._poll.now() - pending.since >= self._patience(pending),
            unseen=action.unseen,
            again=self._resource.not_now(pending.error)
            or (pending.unknown and action.again and self._tries[pending.action] < self._max_tries),
        )

    def _asks_for(self, action: str) -> bool:
        """Return whether the record still asks for an action, will once it rests, or is a late reading that did."""
        step = self._resource.plan(self.record, self._past)
        if step.more or (self._claimed and step.action in self.taken):
            return True
        return step.verdict not in (DONE, WAIT) and step.action == action

    def _unclear(self, error: DbopsError) -> DbopsError:
        action, cause = next(iter(self._lost.items()))
        found = f"Last seen: {self._state()}." if error is cause else f"Afterwards: {error}"
        return OutcomeUnknown(cause, action, f"{found} {self._resource.advice}")

    def _patience(self, pending: Pending) -> float:
        """Return for how many seconds a state that does not show the action is not believed."""
        if pending.error and not pending.unknown:
            return _PATIENCE_AFTER_REFUSAL
        return self._resource.actions[pending.action].patience

    def _watched(self, pending: Pending) -> bool:
        """Whether to go by the interval: patience has no end, or only the moment of leaving tells."""
        unseen = self._resource.actions[pending.action].unseen
        return (pending.error is None and unseen != "fail") or (pending.unknown and unseen == "assume")

    def _state(self) -> str:
        facts = self._resource.facts(self.record)
        return ", ".join(f"{key} {value}" for key, value in facts.items() if value is not None)


def converge(
    resource: Resource,
    records: Mapping[str, Any],
    poll: Poll,
    check_mode: bool = False,
    wait: bool = True,
    concurrency: int = 1,
    max_tries: int = 1,
) -> list[Track]:
    """Bring all records to the wanted state and return what became of each.

    Each record is planned for on its own; actions are taken for at most C(concurrency) records at a time; one loop over
    one reading waits for all that still move. No error of one record stops the others.

    @param records: ID to the record as it was read, or to the DbopsError that came in its place
    @param check_mode: take actions in thought only
    @param wait: whether to wait for running tasks and for actions to settle
    @param max_tries: how often an action may be sent whose outcome was unknown and that the state still asks for
    """
    tracks = [Track(resource, key, record, poll, max_tries) for key, record in records.items()]
    act: Callable[[Track], None] = Track.predict if check_mode else Track.act
    while True:
        acting = [track for track in tracks if track.open and track.step.verdict == ACT]
        if acting:
            for_each(act, acting, concurrency)
            if not check_mode:
                _act_together(resource, tracks)
                poll.look_at_once()
                if any(track.open and track.step.verdict == ACT for track in tracks):
                    continue
        if not wait:
            for track in tracks:
                track.stop_waiting()
        moving = [track for track in tracks if track.open]
        if not moving:
            return tracks
        if poll.expired():
            for track in moving:
                track.time_out()
            return tracks
        poll.pause(_soonest(moving))
        _look(resource, moving)


def _act_together(resource: Resource, tracks: list[Track]) -> None:
    """Take the first of the resource's actions that is planned and goes by one call for many.

    Only that one: what it leads to may add to those for which the next one is planned.
    """
    acting = [track for track in tracks if track.open and track.step.verdict == ACT]
    for action in resource.actions:
        group = [track for track in acting if track.step.action == action]
        if group:
            _act_for(resource, group, action)
            return


def _act_for(resource: Resource, group: list[Track], action: str) -> None:
    error: DbopsError | None = None
    failed: Mapping[str, DbopsError] = {}
    try:
        failed = resource.act_together([track.record for track in group], action)
    except ApiError as failure:
        if failure.effect != UNKNOWN and len(group) > 1 and resource.actions[action].again:
            # One of them may be why: each is asked for alone, and has a verdict of its own.
            for track in group:
                _act_for(resource, [track], action)
            return
        error = failure
    except DbopsError as failure:
        error = failure
    for track in group:
        track.answered(action, failed.get(track.key, error))


def _soonest(tracks: list[Track]) -> float | None:
    """Return how long nobody needs a look, when all are waiting for a certain moment."""
    looks = [track.next_look() for track in tracks]
    certain = [look for look in looks if look is not None]
    return min(certain) if len(certain) == len(looks) else None


def _look(resource: Resource, tracks: list[Track]) -> None:
    try:
        records = resource.read([track.key for track in tracks])
    except DbopsError as error:
        records = {track.key: error for track in tracks}
    for track in tracks:
        track.look(records.get(track.key))


def _start(text: str) -> str:
    return text[0].upper() + text[1:]
