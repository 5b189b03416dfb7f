"""A belt that plays what QZ would play: a model of its row arithmetic, written from a description of it.

It knows nothing of our exporters, and nothing of QZ but that description: XML is read with the standard
library, FIT with fitparse. Whatever the description leaves open is played in the way that is worse for
whoever stands on the belt, or in both ways.
"""

from __future__ import annotations

import io
import math
import re
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

import fitparse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

RAMP_KMH = 0.1
"""A ramp is played in rows that differ by so much."""

AS_IT_WAS_PERCENT = -200
"""The inclination that leaves the belt as it is."""


class Unplayable(Exception):
    """The file asks for something of which nobody can say what the belt does."""


class UserSettings(NamedTuple):
    """What the user has set in QZ; the defaults are QZ's.

    `seconds_per_km` are the race paces: mile, 5 km, 10 km, half, marathon. `default_seconds_per_km` is the
    speed of steps of a Garmin plan that rest or warm up and have no target.
    """

    seconds_per_km: tuple[float, ...] = (250, 300, 320, 340, 360)
    default_seconds_per_km: float = 420
    slowest_kmh: float = 0
    fastest_kmh: float = 100
    lowest_percent: float = -100
    highest_percent: float = 100


DEFAULTS = UserSettings()


class Text(NamedTuple):
    """What is shown, so many seconds after its row begins."""

    at: int
    words: str


class Row(NamedTuple):
    """One row of a program: until a time, a distance or a lap press; None leaves the belt as it was."""

    seconds: float | None = None
    metres: float | None = None
    waits: bool = False
    kmh: float | None = None
    percent: float | None = None
    texts: tuple[Text, ...] = ()


class Second(NamedTuple):
    """The belt in one second; `is_set` says whether this row sets the speed, or an earlier one did."""

    kmh: float | None
    percent: float | None
    is_set: bool
    row: int


class Shown(NamedTuple):
    """A text when it is shown: so many seconds after the start, and so many after its row begins."""

    at: int
    words: str
    row: int
    after: int


class Played(NamedTuple):
    """What the belt does: each second of the rows, where each row begins, the texts, and what comes after."""

    rows: list[Row]
    seconds: list[Second]
    starts: list[int]
    texts: list[Shown]
    afterwards: Second


# ---- QZ's own XML


def rows_of_qz(data: bytes) -> list[Row]:
    """The rows of QZ's treadmill XML."""
    root = ET.fromstring(data)
    if root.tag != "rows":
        raise Unplayable(f"{root.tag} is not rows")
    return [row for element in root for row in _rows_of_element(element)]


def _rows_of_element(element: ET.Element) -> Iterator[Row]:
    if element.tag == "row":
        yield from _rows_of_row(element)
    elif element.tag == "repeat":
        if element.find(".//repeat") is not None:
            raise Unplayable("a repeat in a repeat")
        once = [row for inner in element if inner.tag == "row" for row in _rows_of_row(inner)]
        yield from once * int(element.get("times", "1"))


def _rows_of_row(row: ET.Element) -> list[Row]:
    if float(row.get("zonehr", "0")) > 0 or any(
        name in row.attrib for name in ("hrmin", "hrmax", "looptimehr", "minspeed", "maxspeed")
    ):
        raise Unplayable("a row that follows the heart rate")
    seconds = _clock(row.get("duration", ""))
    incline = float(row.get("inclination", AS_IT_WAS_PERCENT))
    percent = None if incline == AS_IT_WAS_PERCENT else incline
    waits = row.get("lapbutton") == "1"
    if seconds and "speedfrom" in row.attrib and "speedto" in row.attrib:
        return _ramp(float(row.attrib["speedfrom"]), float(row.attrib["speedto"]), seconds, percent)
    forced = row.get("forcespeed") == "1"
    distance = float(row.get("distance", "0")) * 1000
    return [
        Row(
            seconds=None if distance or (waits and not seconds) else seconds,
            metres=distance or None,
            waits=waits,
            kmh=_kmh(float(row.get("speed", "0"))) if forced else None,
            percent=percent,
            texts=_texts(row),
        )
    ]


def _clock(duration: str) -> int:
    """Seconds of ``hh:mm:ss``; of anything else, none."""
    if not re.fullmatch(r"[0-9]{2}:[0-9]{2}:[0-9]{2}", duration):
        return 0
    hours, minutes, seconds = map(int, duration.split(":"))
    return hours * 3600 + minutes * 60 + seconds if minutes < 60 and seconds < 60 else 0


def _kmh(kmh: float) -> float | None:
    """A speed that is asked for: zero is none, so it stops nothing."""
    return kmh or None


def _ramp(start: float, end: float, seconds: float, percent: float | None) -> list[Row]:
    """Rows 0.1 km/h apart, the last value not reached, and no texts."""
    many = max(1, round(abs(end - start) / RAMP_KMH))
    step = math.copysign(RAMP_KMH, end - start)
    return [Row(seconds=seconds / many, kmh=_kmh(start + step * i), percent=percent) for i in range(many)]


def _texts(element: ET.Element) -> tuple[Text, ...]:
    """The texts that have a time; a distance is ignored."""
    return tuple(
        Text(int(event.attrib["timeoffset"]), event.get("message", ""))
        for event in element.iter("textevent")
        if "timeoffset" in event.attrib
    )


# ---- ZWO, as QZ reads it


def rows_of_zwo(data: bytes, user: UserSettings = DEFAULTS) -> list[Row]:
    """The rows that QZ makes of a ZWO."""
    root = ET.fromstring(data)
    header = {}
    for element in root:  # read from top to bottom: what stands below the steps comes too late
        if element.tag == "workout":
            return [row for step in element for row in _ZwoReader(header, user).rows(step)]
        header[element.tag] = element.text or ""
    return []


class _ZwoReader:
    def __init__(self, header: dict[str, str], user: UserSettings) -> None:
        self.is_run = header.get("sportType") == "run"
        self.by_metres = self.is_run and "time" not in header.get("durationType", "")
        self.threshold = float(header.get("thresholdSecPerKm") or 0)
        self.user = user

    def rows(self, step: ET.Element) -> list[Row]:
        if step.tag == "SteadyState":
            return [self._row(step, self._amount(step), self._steady(step), _texts(step))]
        if step.tag == "IntervalsT":
            return self._intervals(step)
        if step.tag in {"Ramp", "Warmup", "Cooldown"}:
            return self._ramp(step)
        if step.tag.lower() == "freeride":
            return [Row(**self._length(self._amount(step)), texts=_texts(step))]
        if step.tag in {"textevent", "TextEvent"}:
            return []
        raise Unplayable(step.tag)

    def _row(self, step: ET.Element, amount: float, kmh: float | None, texts: tuple[Text, ...]) -> Row:
        return Row(**self._length(amount), kmh=kmh, percent=_fraction_or_percent(step), texts=texts)

    def _length(self, amount: float) -> dict[str, float]:
        return {"metres": amount} if self.by_metres else {"seconds": amount}

    def _amount(self, step: ET.Element, name: str = "Duration") -> float:
        return float(step.get(name, "0"))

    def _steady(self, step: ET.Element) -> float | None:
        if not self.is_run or self._amount(step) == 1:
            return None  # taken for watts, which move no belt
        if "Speed" in step.attrib:
            return _kmh(float(step.attrib["Speed"]) * 3.6)
        power = float(step.get("Power", "1"))
        if power == 1 and "PowerLow" in step.attrib:
            power = float(step.attrib["PowerLow"])
        return _kmh(3600 * power / (self.threshold or self._seconds_per_km(step)))

    def _seconds_per_km(self, step: ET.Element) -> float:
        """The user's race pace; of a race that is not there, the fastest."""
        paces = dict(enumerate(self.user.seconds_per_km))
        pace = step.get("pace", "")
        return paces.get(int(pace) if pace.isdigit() else -1, min(paces.values()))

    def _by_the_table(self, step: ET.Element, name: str) -> float | None:
        if not self.is_run:
            return None
        return _kmh(3600 * float(step.get(name, "1")) / self._seconds_per_km(step))

    def _intervals(self, step: ET.Element) -> list[Row]:
        halves = [
            self._row(
                step, self._amount(step, f"{half}Duration"), self._by_the_table(step, f"{half}Power"), ()
            )
            for half in ("On", "Off")
        ]
        return _with_texts(halves * int(step.get("Repeat", "1")), _texts(step))

    def _ramp(self, step: ET.Element) -> list[Row]:
        """Up from `PowerLow`, and in a Cooldown down, whatever `PowerHigh` is."""
        low, high = self._by_the_table(step, "PowerLow"), self._by_the_table(step, "PowerHigh")
        amount = self._amount(step)
        if low is None or high is None:
            return [Row(**self._length(amount), texts=_texts(step))]
        many = max(1, round(abs(high - low) / RAMP_KMH))
        up = -RAMP_KMH if step.tag == "Cooldown" else RAMP_KMH
        rows = [self._row(step, amount / many, _kmh(max(0, low + up * i)), ()) for i in range(many)]
        return _with_texts(rows, _texts(step))


def _fraction_or_percent(step: ET.Element) -> float | None:
    """An incline in percent: up to 0.40 it is taken for a fraction."""
    if "Incline" not in step.attrib:
        return None
    value = float(step.attrib["Incline"])
    return value * 100 if abs(value) <= 0.4 else value


def _with_texts(rows: list[Row], texts: Iterable[Text]) -> list[Row]:
    """The rows of one element, with its texts, which count from where the element begins."""
    if not any(row.metres for row in rows):
        ends = [sum(row.seconds or 0 for row in rows[: i + 1]) for i in range(len(rows))]
        for text in texts:
            at = next((i for i, end in enumerate(ends) if text.at < end), None)
            if at is not None:
                shown = Text(round(text.at - (ends[at - 1] if at else 0)), text.words)
                rows[at] = rows[at]._replace(texts=(*rows[at].texts, shown))
    return rows


# ---- A plan from Garmin, as QZ takes it


RESTING = frozenset({"warmup", "cooldown", "rest", "recovery", 4})
"""Steps that get the user's default speed where they have no target; 4 is recovery, nameless in fitparse."""


def rows_of_garmin(data: bytes, user: UserSettings = DEFAULTS) -> list[Row]:
    """The rows that QZ makes of a FIT workout, once it is in Garmin's calendar."""
    messages = fitparse.FitFile(io.BytesIO(data)).get_messages("workout_step")
    steps = sorted(
        ({field.name: field.value for field in message} for message in messages),
        key=lambda step: step["message_index"],
    )
    parts: list[tuple[int, list[Row]]] = []
    for step in steps:
        ends_on = step["duration_type"]
        if ends_on == "repeat_until_steps_cmplt":
            first = step["duration_step"]
            once = [row for index, rows in parts if index >= first for row in rows]
            parts = [part for part in parts if part[0] < first]
            parts.append((first, once * step["repeat_steps"]))
        else:
            parts.append((step["message_index"], [_row_of_fit(step, ends_on, user)]))
    return [row for _, rows in parts for row in rows]


def _row_of_fit(step: dict, ends_on: str, user: UserSettings) -> Row:
    if ends_on not in {"time", "distance", "open"}:
        raise Unplayable(f"a step that ends on {ends_on}")
    note = step.get("notes")
    return Row(
        seconds=step["duration_time"] if ends_on == "time" else None,
        metres=step["duration_distance"] if ends_on == "distance" else None,
        waits=ends_on == "open",
        kmh=_target(step, user),
        texts=(Text(0, note),) if note else (),
    )


def _target(step: dict, user: UserSettings) -> float | None:
    """The middle of a speed target; without one, resting steps have the user's default."""
    if step["target_type"] == "speed":
        return _kmh((step["custom_target_speed_low"] + step["custom_target_speed_high"]) / 2 * 3.6)
    return 3600 / user.default_seconds_per_km if step.get("intensity") in RESTING else None


# ---- The belt


def on_the_clock(row: Row) -> int:
    """Nobody presses where there is a clock, and it ends the row; elsewhere they do after a minute."""
    return 60 if row.seconds is None else math.ceil(row.seconds)


def at_once(_: Row) -> int:
    """Somebody presses as soon as a row that waits begins."""
    return 1


def late(_: Row) -> int:
    """Somebody presses after minutes, and the clock of a row that waits ends nothing."""
    return 150


PRESSES: dict[str, Callable[[Row], int]] = {"at once": at_once, "late": late, "on the clock": on_the_clock}
"""When the lap button is pressed. Whether a clock ends a row that waits is not known: both are here."""


def play(
    rows: Sequence[Row], presses: Callable[[Row], int] = at_once, user: UserSettings = DEFAULTS
) -> Played:
    """Play rows second by second.

    The speed and the incline of a row are set at once, and stay until another row sets them. Before the first
    row nobody knows what they are. At the end the belt runs on.
    """
    played = Played(list(rows), [], [], [], Second(None, None, False, -1))
    kmh: float | None = None
    percent: float | None = None
    left_over = 0.0
    for index, row in enumerate(rows):
        kmh = kmh if row.kmh is None else min(max(row.kmh, user.slowest_kmh), user.fastest_kmh)
        if row.percent is not None:
            percent = min(max(row.percent, user.lowest_percent), user.highest_percent)
        exact = left_over + _seconds_of(row, kmh, presses)
        whole = math.floor(exact + 1e-9)
        left_over = exact - whole
        began = len(played.seconds)
        played.starts.append(began)
        played.seconds.extend([Second(kmh, percent, row.kmh is not None, index)] * whole)
        played.texts.extend(
            Shown(began + text.at, text.words, index, text.at)
            for text in row.texts
            if text.at < max(whole, 1)
        )
    return played._replace(afterwards=Second(kmh, percent, False, len(rows)))


def _seconds_of(row: Row, kmh: float | None, presses: Callable[[Row], int]) -> float:
    if row.waits:
        return presses(row)
    if row.metres is not None:
        if not kmh:
            raise Unplayable("a distance, at a speed that nobody knows")
        return row.metres / (kmh / 3.6)
    return row.seconds or 0
