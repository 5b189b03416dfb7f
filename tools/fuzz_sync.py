"""Send workouts to a Garmin account through random accidents, and compare what is there with what is wanted.

    python tools/fuzz_sync.py 2000              how many sequences, from seed 0
    python tools/fuzz_sync.py 1 4711            one again, by its seed

Each sequence sends, edits, moves, takes back and sends again, against a stand-in on this machine, through
the real client library garth. On the way the service fails, answers are lost after it acted, requests are
delivered twice, the process is killed between any two requests or writes, and somebody works in the same
account by hand. In the end everything is sent once more without an accident. Then each workout must be
there once, as it is wanted and on its day, and nothing of anybody else's may have been touched.

The tests follow some of them with the same code.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import os
import sys
import tempfile
from contextlib import ExitStack
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

from killing import Kill, Killed, KilledBook
from seeds import follow_seeds

import backtrack_plugins as bt
from backtrack_garmin.connect import opening
from backtrack_garmin.connect.comparing import differences, digest
from backtrack_garmin.connect.marks import mark_of
from backtrack_garmin.testing import ConnectStandIn, signed_in
from backtrack_plugins.testing.mishaps import (
    answering,
    cut_after_acting,
    cut_before_acting,
    delivered_twice,
    html,
    truncated,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from backtrack_garmin.connect.client import ConnectClient
    from backtrack_plugins.testing.mishaps import Mishap

DESTINATION = "garmin-connect"
FIRST_DAY = dt.date(2026, 12, 2)
NAMES = ("steps", "hills", "speed", "turns")
LONGEST_SEQUENCE = 30
ROUTES = (
    *["POST /workout-service/workout"] * 4,
    *["POST /workout-service/schedule/{number}"] * 4,
    "PUT /workout-service/workout/{number}",
    "PUT /workout-service/schedule/{number}",
    "DELETE /workout-service/workout/{number}",
    "DELETE /workout-service/schedule/{number}",
    "GET /workout-service/workout/{number}",
    "GET /workout-service/workouts",
    "GET /workout-service/schedule/workoutScheduleByPeriod",
)

MISHAPS: tuple[Callable[[], Mishap], ...] = (
    *[cut_after_acting] * 4,
    *[delivered_twice] * 4,
    cut_before_acting,
    truncated,
    html,
    lambda: answering(429, headers={"Retry-After": "120"}),
    lambda: answering(429),
    lambda: answering(500),
    lambda: answering(503),
    lambda: answering(403),
    lambda: answering(409, {"message": "conflict"}),
)


class Wanted(NamedTuple):
    """A workout as its runner wants it: which version of it, and the day, if any."""

    version: int
    on: dt.date | None


class KilledClient:
    """A client of the service that is killed at some request."""

    def __init__(self, client: ConnectClient, kill: Kill) -> None:
        self._client = client
        self._kill = kill
        self.name = client.name

    def get(self, path: str, params: Any = None) -> Any:
        """As the client's."""
        return self._kill.step(lambda: self._client.get(path, params=params))

    def post(self, path: str, body: Any = None) -> Any:
        """As the client's."""
        return self._kill.step(lambda: self._client.post(path, body))

    def put(self, path: str, body: Any = None) -> Any:
        """As the client's."""
        return self._kill.step(lambda: self._client.put(path, body))

    def delete(self, path: str) -> Any:
        """As the client's."""
        return self._kill.step(lambda: self._client.delete(path))


_exported: dict[tuple[str, int], bt.Artifact] = {}


def artifact(name: str, version: int) -> bt.Artifact:
    """A version of a workout, exported."""
    key = (name, version)
    if key not in _exported:
        page = (
            f"name: {name.capitalize()}\nlevel: first-timer\n12:00 forward walk 5 km/h\n"
            f"1:00 backward walk 2 km/h grip rail\n{3 + version}:00 forward walk 5 km/h\n"
        )
        _exported[key] = bt.export(bt.parse(page, file=f"{name}.backtrack"), DESTINATION)
    return _exported[key]


class Sequence:
    """One sequence: what is wanted, what is somebody else's, and the account."""

    def __init__(self, random: Random, connect: ConnectStandIn, folder: str) -> None:
        self.random = random
        self.connect = connect
        self.kill = Kill()
        self.book = KilledBook(os.path.join(folder, "sent"), self.kill)
        self.wanted: dict[str, Wanted] = {}
        self.foreign: dict[int, dict[str, Any]] = {}
        self.foreign_days: dict[int, dict[str, Any]] = {}
        self.told: list[str] = []

    def follow(self) -> list[str]:
        """What went wrong, in sentences."""
        wrong: list[str] = []
        acts = (self._send, self._edit, self._unsend, self._by_hand)
        for act in self.random.choices(acts, (5, 4, 1, 2), k=self.random.randint(8, LONGEST_SEQUENCE)):
            wrong += act()
        wrong += self._send_all()
        wrong += self._compare()
        requests = len(self.connect.requests)
        states = {receipt.state for receipt in self._deliver(list(self.wanted))} if self.wanted else set()
        if states - {"unchanged"}:
            wrong.append(f"sending once more was not the same as once: {sorted(states)}")
        if any(request.method != "GET" for request in self.connect.requests[requests:]):
            wrong.append("sending once more did more than read")
        return [*wrong, *self._compare()]

    # What the runner does.

    def _edit(self) -> list[str]:
        name = self.random.choice(NAMES)
        day = FIRST_DAY + dt.timedelta(days=self.random.randrange(4))
        before = self.wanted.get(name, Wanted(0, None))
        # A day once given is not taken away by sending without one; another takes its place.
        on = day if before.on is not None or self.random.random() < 0.7 else None
        self.wanted[name] = Wanted(self.random.randrange(3), on)
        self.told.append(f"wanted {name} {self.wanted[name]}")
        return []

    def _send(self) -> list[str]:
        if not self.wanted:
            return self._edit()
        names = self.random.sample(sorted(self.wanted), self.random.randint(1, len(self.wanted)))
        return self._with_accidents(lambda: self._deliver(names), f"send {names}")

    def _unsend(self) -> list[str]:
        if not self.wanted:
            return []
        name = self.random.choice(sorted(self.wanted))
        identities = [bt.identity_of(name)]
        wrong = self._with_accidents(
            lambda: bt.unsend(identities, DESTINATION, book=self.book, overwrite=True), f"unsend {name}"
        )
        bt.unsend(identities, DESTINATION, book=self.book, overwrite=True)
        del self.wanted[name]
        return wrong

    def _deliver(self, names: list[str]) -> tuple[bt.Receipt, ...]:
        parcels = [
            bt.Parcel(artifact(name, self.wanted[name].version), bt.identity_of(name), self.wanted[name].on)
            for name in names
        ]
        return bt.deliver(parcels, DESTINATION, book=self.book, overwrite=True)

    def _send_all(self) -> list[str]:
        self.told.append("send all")
        if self.wanted:
            self._deliver(sorted(self.wanted))
        return []

    def _with_accidents(self, do: Callable[[], Any], said: str) -> list[str]:
        accident = self.random.choice(("none", "service", "service", "kill", "both"))
        if accident in {"service", "both"}:
            number, route = self.random.randrange(len(MISHAPS)), self.random.choice(ROUTES)
            self.connect.next(MISHAPS[number](), on=route)
            said += f" with mishap {number} on {route}"
        if accident in {"kill", "both"}:
            self.kill.arm(self.random.randint(1, 20), after=self.random.random() < 0.5)
            said += f" killed at {self.kill.at} {'after' if self.kill.after else 'before'}"
        self.told.append(said)
        wrong: list[str] = []
        try:
            do()
        except (bt.ServiceError, Killed):
            self.told.append("  failed")
        except Exception as error:  # noqa: BLE001 - every other error is what we look for
            wrong.append(f"{said}: {type(error).__name__}: {error}")
        finally:
            self.connect.heal()
            self.kill.disarm()
        return wrong

    # What somebody does in the same account, by hand.

    def _by_hand(self) -> list[str]:
        return self.random.choice((self._adds, self._copies, self._edits, self._deletes, self._moves))()

    def _adds(self) -> list[str]:
        with self.connect.lock:
            body = copy.deepcopy(next(iter(self.connect.workouts.values()), None))
            if body is None:
                return []
            body["workoutName"], body["description"] = "Mine", "backtrack is not mentioned"
            number = self.connect.add_workout(body)
            entry = self.connect.add_schedule(number, str(FIRST_DAY))
            self._remember(number, entry)
        self.told.append(f"somebody adds {number}")
        return []

    def _copies(self) -> list[str]:
        """A copy keeps the mark, and often the name; while nothing is begun it is known to be somebody's."""
        with self.connect.lock:
            ours = self._ours()
            if not ours or self._begun():
                return []
            number = self.random.choice(ours)
            body = copy.deepcopy(self.connect.workouts[number])
            if self.random.random() < 0.5:
                body["workoutName"] = f"Copy of {body['workoutName']}"
            copied = self.connect.add_workout(body)
            self._remember(copied)
        self.told.append(f"somebody copies {number} as {copied}")
        return []

    def _edits(self) -> list[str]:
        """While a request is open there may be two of it, and an edited one counts as taken over."""
        with self.connect.lock:
            ours = self._ours()
            if not ours or self._begun():
                return []
            number = self.random.choice(ours)
            body = copy.deepcopy(self.connect.workouts[number])
            body["workoutName"] = "Renamed"
            self.connect.edit_workout(number, body)
        self.told.append(f"somebody edits {number}")
        return []

    def _deletes(self) -> list[str]:
        with self.connect.lock:
            ours = self._ours()
            if not ours:
                return []
            number = self.random.choice(ours)
            self.connect.delete_workout(number)
        self.told.append(f"somebody deletes {number}")
        return []

    def _moves(self) -> list[str]:
        with self.connect.lock:
            ours = set(self._ours())
            entries = [number for number, each in self.connect.schedules.items() if each["workoutId"] in ours]
            if not entries:
                return []
            number = self.random.choice(sorted(entries))
            self.connect.schedules[number]["calendarDate"] = str(FIRST_DAY + dt.timedelta(days=9))
        self.told.append(f"somebody moves {number}")
        return []

    def _remember(self, number: int, entry: int | None = None) -> None:
        self.foreign[number] = copy.deepcopy(self.connect.workouts[number])
        if entry is not None:
            self.foreign_days[entry] = copy.deepcopy(self.connect.schedules[entry])

    def _ours(self) -> list[int]:
        return sorted(set(self.connect.workouts) - set(self.foreign))

    def _begun(self) -> bool:
        return any("creating" in record.notes for record in self.book.shelf(DESTINATION).records().values())

    # What there should be.

    def _compare(self) -> list[str]:
        wrong: list[str] = []
        with self.connect.lock:
            for number, body in self.foreign.items():
                if self.connect.workouts.get(number) != body:
                    wrong.append(f"{number} is somebody's, and was touched")
            for number, entry in self.foreign_days.items():
                if self.connect.schedules.get(number) != entry:
                    wrong.append(f"the day {number} is somebody's, and was touched")
            ours = {number: self.connect.workouts[number] for number in self._ours()}
            by_identity: dict[str, list[int]] = {}
            for number, body in ours.items():
                mark = mark_of(body["description"])
                by_identity.setdefault(mark.identity if mark else "no mark", []).append(number)
            wanted = {bt.identity_of(name): name for name in self.wanted}
            wrong += [
                f"{by_identity[identity]} of {identity} is there and is not wanted"
                for identity in sorted(set(by_identity) - set(wanted))
            ]
            for identity, name in wanted.items():
                wrong += self._compare_one(name, by_identity.get(identity, []))
        return wrong

    def _compare_one(self, name: str, numbers: list[int]) -> list[str]:
        if len(numbers) != 1:
            return [f"{name} is there {len(numbers)} times: {numbers}"]
        (number,) = numbers
        sent, stored = (
            json.loads(artifact(name, self.wanted[name].version).data),
            self.connect.workouts[number],
        )
        wrong = [f"{name}: {said}" for said in differences(sent, stored)]
        if digest(sent) != digest(stored):
            wrong.append(f"{name}: another digest")
        days = sorted(
            each["calendarDate"] for each in self.connect.schedules.values() if each["workoutId"] == number
        )
        on = self.wanted[name].on
        if on is not None and days != [str(on)]:
            wrong.append(f"{name} is wanted on {on}, and is on {days}")
        return wrong


def follow(seed: int) -> tuple[list[str], list[str]]:
    """Follow one sequence: what went wrong, and what was done."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        connect = stack.enter_context(ConnectStandIn())
        stack.enter_context(patch.dict(os.environ, signed_in(connect, folder, client="garth")))
        sequence = Sequence(Random(seed), connect, folder)  # noqa: S311 - nothing secret is drawn
        opened = opening.open_client
        stack.enter_context(patch.object(opening, "_entry_points", dict))  # reading them takes longest
        stack.enter_context(
            patch.object(opening, "open_client", lambda name=None: KilledClient(opened(name), sequence.kill))
        )
        try:
            return sequence.follow(), sequence.told
        except Exception as error:  # noqa: BLE001 - told with its seed
            return [f"{type(error).__name__}: {error}"], sequence.told


def lines(seed: int) -> list[str]:
    """What was done in the sequence of a seed, and what went wrong; nothing when nothing did."""
    wrong, told = follow(seed)
    return [*told, *(f"  WRONG {said}" for said in wrong)] if wrong else []


def main(arguments: list[str]) -> int:
    """Follow as many as asked for, and print what went wrong."""
    return follow_seeds(
        lines,
        arguments,
        many=2000,
        said=lambda count, wrong: f"{count} sequences, {wrong} wrong",
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
