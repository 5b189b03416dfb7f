"""Annotate Strava activities through random accidents, and compare what is there with what is wanted.

    python tools/fuzz_annotations.py 2000       how many sequences, from seed 0
    python tools/fuzz_annotations.py 1 4711     one again, by its seed

Each sequence uploads recordings, annotates, removes and annotates again, against a stand-in on this machine,
through the real client library stravalib. On the way the service fails, answers are lost after it acted,
requests are delivered twice, tokens end, the process is killed between any two requests or writes, and the
athlete writes in the app: around the block, inside of it, through half of it. After each step the athlete's
own text must be there byte for byte, and in the end, once more and without an accident, each activity is as
it is wanted: once for each recording, with one block or none.

What must be there is said by a small model that knows the text before a block, the block, and the text after
it; nothing here uses the code that finds blocks. The tests follow some of them with the same code.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import tempfile
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from killing import Kill, Killed, KilledBook
from recorded import Lap, recorded_fit
from seeds import follow_seeds

import backtrack_plugins as bt
from backtrack_plugins.testing.mishaps import (
    answering,
    cut_after_acting,
    cut_before_acting,
    delivered_twice,
    html,
    truncated,
)
from backtrack_strava import client, transport, uploading
from backtrack_strava.testing import StravaStandIn, inactive, limited, signed_in, unauthorised

if TYPE_CHECKING:
    from collections.abc import Callable

    from backtrack_plugins.testing.mishaps import Mishap

DESTINATION = "strava"
LONGEST_SEQUENCE = 24
RECORDINGS = 3
VERSIONS = 3
FIRST_DAY = dt.datetime(2026, 12, 2, 17, 30, tzinfo=dt.UTC)
SECONDS = 600
READ, CHANGE = "GET /api/v3/activities/{number}", "PUT /api/v3/activities/{number}"
LIST, UPLOAD = "GET /api/v3/athlete/activities", "POST /api/v3/uploads"
POLL, TOKEN = "GET /api/v3/uploads/{number}", "POST /oauth/token"
ROUTES = (*[CHANGE] * 4, *[UPLOAD] * 3, *[READ] * 2, LIST, POLL, TOKEN)
MISHAPS: tuple[Callable[[], Mishap], ...] = (
    *[cut_after_acting] * 4,
    *[delivered_twice] * 3,
    cut_before_acting,
    truncated,
    html,
    lambda: html(200),
    limited,
    lambda: limited(day=True),
    inactive,
    unauthorised,
    lambda: answering(500),
    lambda: answering(503),
)
WRITTEN = (
    "Felt good.",
    "Felt good.\r\n\r\nThen tea.",
    "🙂 taller 🙂",
    "ends in blanks  \n\n",
    "\n\nbegins with lines",
    "Treadmill, which",
    "He said: (backtrack-plugins, block 2, abcdef) is odd",
    "1:00 backward walk 2 km/h grip rail",
    "next\x85line and \u2028 another",
    "\r",
)
"""What the athlete writes: among it what looks like half a block, and is none."""

MARKS = ("Treadmill, which way you face:", "(backtrack-plugins, block")


class There(NamedTuple):
    """An activity as it is, or would be: its description in three parts, and what else may be changed.

    Attributes:
        before: The athlete's text before the block; all of it when there is none.
        block: The block's text; empty when there is none.
        after: The athlete's text after the block.
        name: The title.
        trainer: Whether it is marked as indoors.
        inside: Whether the athlete changed the block inside.
        broken: Whether what is left of a block is none: it is all in ``before``.
    """

    before: str
    block: str = ""
    after: str = ""
    name: str = ""
    trainer: bool = False
    inside: bool = False
    broken: bool = False

    @property
    def description(self) -> str:
        """All of it."""
        return f"{self.before}{self.block}{self.after}"

    def annotated(self, annotation: bt.Annotation) -> There:
        """With the annotation's block in it: in place of the one there is, or after a blank line."""
        if self.block:
            return self._replace(block=annotation.text, inside=False)
        gap = "\n\n" if self.before else ""
        return self._replace(before=f"{self.before}{gap}", block=annotation.text)

    def removed(self) -> There:
        """Without the block, and the blank line that came with it."""
        if not self.block:
            return self
        return self._replace(
            before=self.before.removesuffix("\n\n") + self.after, block="", after="", inside=False
        )

    def normalised(self) -> There:
        """As a service stores it that tidies line ends and the end of the text."""
        before, after = (part.replace("\r\n", "\n") for part in (self.before, self.after))
        if self.block:
            return self._replace(before=before, after=after.rstrip())
        return self._replace(before=before.rstrip(), after="")


@cache
def annotation(version: int) -> bt.Annotation:
    """A version of what is put on an activity."""
    page = (
        "name: First steps\nlevel: first-timer\n12:00 forward walk 5 km/h\n"
        f"1:00 backward walk 2 km/h grip rail\n{3 + version}:00 forward walk 5 km/h\n"
    )
    return bt.annotate(bt.expand(bt.parse(page)), ["Careful."])


@cache
def file_of(number: int) -> bytes:
    """A recording's file; each began on a day of its own."""
    return recorded_fit(laps=[Lap(SECONDS)], every=60, start=FIRST_DAY + dt.timedelta(days=number))


class Sequence:
    """One sequence: what is wanted, what the athlete wrote, and the account."""

    def __init__(self, random: Random, strava: StravaStandIn, folder: str) -> None:
        self.random = random
        self.strava = strava
        self.folder = folder
        self.kill = Kill()
        self.book = KilledBook(os.path.join(folder, "sent"), self.kill)
        self.there: dict[int, There] = {}
        self.wanted: dict[int, int | None] = {}
        self.sent: set[int] = set()
        self.told: list[str] = []
        self.paths = []
        for number in range(RECORDINGS):
            self.paths.append(os.path.join(folder, f"{number}.fit"))
            Path(self.paths[-1]).write_bytes(file_of(number))

    def follow(self, longest: int) -> list[str]:
        """What went wrong in no more than so many steps, in sentences."""
        for _ in range(self.random.randint(0, 2)):
            self._appears()
        acts = (self._annotate, self._writes, self._upload, self._remove, self._appears, self._deletes)
        for act in self.random.choices(
            acts, (8, 8, 4, 3, 1, 0.5), k=self.random.randint(longest // 4, longest)
        ):
            wrong = act()
            if wrong:
                return wrong
        return self._end()

    # What is done with the plugin.

    def _annotate(self) -> list[str]:
        if not self.there:
            return self._upload()
        number = self.random.choice(sorted(self.there))
        version = self.random.randrange(VERSIONS)
        title, overwrite = self.random.random() < 0.2, self.random.random() < 0.3
        trainer = self.random.choice((None, None, None, True, False))
        self.wanted[number] = version
        text = annotation(version)
        options: dict[str, Any] = {"title": title, "trainer": trainer, "overwrite": overwrite}

        def change(there: There) -> There:
            name = text.title if title else there.name
            marked = there.trainer if trainer is None else trainer
            return there.annotated(text)._replace(name=name, trainer=marked)

        def do() -> None:
            recording = self._recording(number)
            found = str(number)
            if recording is not None and self.random.random() < 0.5:
                several = bt.find_activities(recording, DESTINATION, book=self.book)
                if [each.id for each in several] != [found]:
                    raise AssertionError(f"found {[each.id for each in several]} for {found}")
            if self.random.random() < 0.5:
                self._plan(number, text, options)
                self.told += self._writes(number)
            bt.annotate_activity(text, DESTINATION, found, recording=recording, book=self.book, **options)

        return self._done(
            number, do, change, f"annotate {number} with {version} {options}", overwrite=overwrite
        )

    def _plan(self, number: int, text: bt.Annotation, options: dict[str, Any]) -> None:
        """Look at what would be, as the command does; the athlete may write something meanwhile."""
        before = self.strava.description(number)
        bt.annotate_activity(text, DESTINATION, str(number), book=self.book, dry_run=True, **options)
        if self.strava.description(number) != before:
            raise AssertionError("a dry run changed something")

    def _remove(self) -> list[str]:
        if not self.there:
            return []
        number = self.random.choice(sorted(self.there))
        overwrite = self.random.random() < 0.3
        self.wanted[number] = None

        def do() -> None:
            bt.remove_annotation(DESTINATION, str(number), book=self.book, overwrite=overwrite)

        return self._done(number, do, There.removed, f"remove {number}", overwrite=overwrite)

    def _done(
        self,
        number: int,
        do: Callable[[], None],
        change: Callable[[There], There],
        said: str,
        *,
        overwrite: bool,
    ) -> list[str]:
        """Do it with accidents, and hold what is there against what was and what would be."""
        outcome = self._with_accidents(do, said)
        before = self.there[number]  # as the athlete left it, also in the middle
        would = change(before)
        if self.strava.normalises and would.description != before.description:
            would = would.normalised()
        refused = before.broken or (before.inside and not overwrite and would.block != before.block)
        allowed = [before] if refused else [before, would]
        if isinstance(outcome, bt.DamagedBlock):
            return [] if refused and self._is(number, [before]) else [f"{said}: refused: {outcome}"]
        if isinstance(outcome, AssertionError):
            return [f"{said}: {outcome}"]
        if outcome is None:
            if refused:
                return [f"{said}: was not refused"]
            allowed = [would]
        return [] if self._is(number, allowed) else [f"{said}: {self._shown(number, allowed)}"]

    def _upload(self) -> list[str]:
        number = self.random.randrange(RECORDINGS)
        self.sent.add(number)
        found: list[bt.Uploaded] = []
        said = f"upload {number}"
        outcome = self._with_accidents(
            lambda: found.append(bt.upload_recording(self.paths[number], DESTINATION, book=self.book)), said
        )
        self._see()
        if isinstance(outcome, AssertionError | bt.DamagedBlock):
            return [f"{said}: {type(outcome).__name__}: {outcome}"]
        ids = [str(each) for each in self._of(number)]
        if len(ids) > 1:
            return [f"{said}: it is there {len(ids)} times"]
        if found and [found[0].id] != ids:
            return [f"{said}: {found[0].id} was returned, and {ids} is there"]
        return []

    def _with_accidents(self, do: Callable[[], Any], said: str) -> BaseException | None:
        """What was raised; None when it was done."""
        accident = self.random.choice(("none", "service", "service", "kill", "both", "token"))
        on = ""
        if accident in {"service", "both"}:
            mishap, on = self.random.randrange(len(MISHAPS)), self.random.choice(ROUTES)
            self.strava.next(MISHAPS[mishap](), on=on)
            said += f" with mishap {mishap} on {on}"
        if accident in {"kill", "both"}:
            self.kill.arm(self.random.randint(1, 6), after=self.random.random() < 0.5)
            said += f" killed at {self.kill.at} {'after' if self.kill.after else 'before'}"
        if accident == "token" or (accident == "both" and self.random.random() < 0.3):
            self.strava.expire()
            said += " with its token ended"
        self.told.append(said)
        outcome: BaseException | None = None
        try:
            do()
        except (bt.ServiceError, bt.DamagedBlock, Killed, AssertionError) as error:
            outcome = error
        finally:
            self.strava.heal()
            self.kill.disarm()
        if not self.strava.knows(client.kept_session().refresh_token):
            # The answer with the next one was lost, or the process was killed before it was kept.
            if accident not in {"kill", "both"} and not (accident == "service" and on == TOKEN):
                return AssertionError(f"the session was lost: {outcome}")
            self.told.append("  signs in again")
            signed_in(self.strava, self.folder)
        elif accident == "token" and isinstance(outcome, bt.NotSignedIn):
            return AssertionError(f"the session could have been refreshed: {outcome}")
        return outcome

    # What the athlete does in the app.

    def _writes(self, number: int | None = None) -> list[str]:
        if not self.there:
            return []
        number = self.random.choice(sorted(self.there)) if number is None else number
        acts = [self._above, self._below, self._renames, self._clears]
        there = self.there[number]
        if there.block:
            acts += [self._inside, self._inside, self._breaks, self._takes_out]
        if there.broken:
            acts = [self._repairs, self._repairs, self._above, self._renames]
        act = self.random.choice(acts)
        self.told.append(f"the athlete: {act.__name__.strip('_')} {number}")
        self.there[number] = act(there)
        self._store(number)
        return []

    def _above(self, there: There) -> There:
        return there._replace(before=f"{self._words()}\n{there.before}")

    def _below(self, there: There) -> There:
        if there.block:
            return there._replace(after=f"{there.after}\n{self._words()}")
        return there._replace(before=f"{there.before}{self._words()}")

    def _renames(self, there: There) -> There:
        return there._replace(name=f"Run {self.random.randrange(100)}", trainer=self.random.random() < 0.5)

    def _clears(self, there: There) -> There:
        return there._replace(before="", after="") if not there.broken else there

    def _inside(self, there: There) -> There:
        first, *lines = there.block.split("\n")
        lines.insert(self.random.randrange(len(lines)), "sore afterwards")
        return there._replace(block="\n".join([first, *lines]), inside=True)

    def _breaks(self, there: There) -> There:
        """Deletes the block's first or last line, or writes on at its end."""
        lines = there.block.split("\n")
        left = self.random.choice((lines[1:], lines[:-1], [*lines[:-1], f"{lines[-1]} and more"]))
        whole = there._replace(block="\n".join(left)).description
        return there._replace(before=whole, block="", after="", inside=False, broken=True)

    def _takes_out(self, there: There) -> There:
        return there._replace(before=f"{there.before}{there.after}", block="", after="", inside=False)

    def _repairs(self, there: There) -> There:
        lines = [line for line in there.before.split("\n") if not line.startswith(MARKS)]
        return there._replace(before="\n".join(lines), broken=False)

    def _words(self) -> str:
        return self.random.choice(WRITTEN)

    def _appears(self) -> list[str]:
        """The watch's own service uploads the recording, or the athlete adds something of another day."""
        number = self.random.randrange(RECORDINGS * 2)
        if self._of(number):
            return []
        started = FIRST_DAY + dt.timedelta(days=number, seconds=self.random.choice((0, 0, 1, 40)))
        made = self.strava.add_activity(
            name="Evening run",
            started=started,
            elapsed_seconds=SECONDS,
            description=self.random.choice((None, self._words())),
        )
        self.told.append(f"{made} appears, of {number}")
        self._see()
        return []

    def _deletes(self) -> list[str]:
        if self.there:
            number = self.random.choice(sorted(self.there))
            self.strava.delete_activity(number)
            del self.there[number]
            self.wanted.pop(number, None)
            self.told.append(f"the athlete deletes {number}")
        return []

    # What there is.

    def _see(self) -> None:
        """Know the activities that came, as they came."""
        with self.strava.lock:
            for number, body in self.strava.activities.items():
                if number not in self.there:
                    text = body["description"] or ""
                    self.there[number] = There(text, name=body["name"], trainer=body["trainer"])

    def _store(self, number: int) -> None:
        there = self.there[number]
        self.strava.edit_activity(
            number, description=there.description, name=there.name, trainer=there.trainer
        )

    def _is(self, number: int, allowed: list[There]) -> bool:
        """Whether an activity is as one of these, which it is known as from then on."""
        with self.strava.lock:
            body = self.strava.activities[number]
            found = (body["description"] or "", body["name"], body["trainer"])
        for each in allowed:
            if found == (each.description, each.name, each.trainer):
                self.there[number] = each
                return True
        return False

    def _shown(self, number: int, allowed: list[There]) -> str:
        body = self.strava.activities[number]
        found = (body["description"], body["name"], body["trainer"])
        return f"it is {found!r}, and not one of {allowed!r}"

    def _of(self, number: int) -> list[int]:
        """The activities of a recording's day."""
        day = (FIRST_DAY + dt.timedelta(days=number)).date().isoformat()
        with self.strava.lock:
            return [
                each for each, body in self.strava.activities.items() if body["start_date"].startswith(day)
            ]

    def _recording(self, number: int) -> bt.Recording | None:
        """The recording that an activity is of; None of one of another day."""
        index = next((each for each in range(RECORDINGS) if number in self._of(each)), None)
        return None if index is None else bt.read_recording(self.paths[index])

    # What there should be in the end.

    def _end(self) -> list[str]:
        self.told.append("in the end")
        wrong: list[str] = []
        for number in sorted(self.sent):
            uploaded = bt.upload_recording(self.paths[number], DESTINATION, book=self.book)
            self._see()
            if [str(each) for each in self._of(number)] != [uploaded.id]:
                wrong.append(f"{number} was uploaded as {uploaded.id}, and there is {self._of(number)}")
        for number, there in sorted(self.there.items()):
            if there.broken:
                self.there[number] = self._repairs(there)
                self._store(number)
            wrong += self._as_wanted(number)
        return wrong

    def _as_wanted(self, number: int) -> list[str]:
        """Bring it about once more: then again, which must be no more than looking."""
        version = self.wanted.get(number)
        text = annotation(version) if version is not None else None
        would = self.there[number].removed() if text is None else self.there[number].annotated(text)
        if self.strava.normalises and would.description != self.there[number].description:
            would = would.normalised()
        states = []
        for _ in range(2):
            writes = len(self.strava.of(CHANGE))
            if text is None:
                done = bt.remove_annotation(DESTINATION, str(number), book=self.book, overwrite=True)
            else:
                done = bt.annotate_activity(text, DESTINATION, str(number), book=self.book, overwrite=True)
            states.append(done.receipt.state)
        wrong = [] if self._is(number, [would]) else [f"in the end {self._shown(number, [would])}"]
        if states[1] not in {"unchanged", "gone"} or len(self.strava.of(CHANGE)) != writes:
            wrong.append(f"doing it to {number} once more was not the same as once: {states}")
        lines = (self.strava.description(number) or "").split("\n")
        for mark in MARKS:
            count = sum(line.startswith(mark) for line in lines)
            if count != (text is not None):
                wrong.append(f"{number} has {count} lines that begin with {mark!r}")
        return wrong


def follow(seed: int, longest: int = LONGEST_SEQUENCE) -> tuple[list[str], list[str]]:
    """Follow one sequence of no more than so many steps: what went wrong, and what was done."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        strava = stack.enter_context(StravaStandIn(unlimited=True))
        random = Random(seed)  # noqa: S311 - nothing secret is drawn
        strava.normalises, strava.links_duplicates = random.random() < 0.3, random.random() < 0.7
        strava.polls = random.randrange(3)
        stack.enter_context(patch.dict(os.environ, signed_in(strava, folder)))
        sequence = Sequence(random, strava, folder)
        send, keep = transport._Adapter.send, client.keep  # noqa: SLF001 - where the process is killed

        def sending(adapter: Any, *arguments: Any, **named: Any) -> Any:
            return sequence.kill.step(lambda: send(adapter, *arguments, **named))

        def keeping(*arguments: Any, **named: Any) -> Any:
            return sequence.kill.step(lambda: keep(*arguments, **named))

        stack.enter_context(patch.object(transport._Adapter, "send", sending))  # noqa: SLF001
        stack.enter_context(patch.object(client, "keep", keeping))
        stack.enter_context(patch.object(uploading, "STEP_SECONDS", 0))
        try:
            return sequence.follow(longest), sequence.told
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
        in_processes=True,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
