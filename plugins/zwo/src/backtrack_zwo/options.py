"""What can be chosen for a ZWO, and the race pace that its speeds are fractions of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backtrack_plugins import RaceTime, UsageError

if TYPE_CHECKING:
    from backtrack_plugins import ExportRequest

PREFERRED_RACE = "5k"

PACE_INDEX = {"mile": "0", "5k": "1", "10k": "2", "half": "3", "marathon": "4"}
"""Which of the runner's race paces `Power` is a fraction of, as Zwift and QZ number them."""

_NO_RACE_PACE = """\
a ZWO gives each speed as a part of your race pace, and no race pace is known. Say it in athlete.toml:

    [race_paces]
    5k = "30:00"

or for this once on the command line: --set zwo.race_pace=5k=30:00"""


class ZwoOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Options of the exporter.

    Attributes:
        compact: Write a repeat of two plain forward steps as one ``IntervalsT``, as Zwift draws it. For
            Zwift alone: QZ plays these at paces of its own.
        incline: Write the belt's incline into every step. QZ sets it on the belt; whether Zwift
            accepts it is not known, and so it is left out unless asked for.
        race_pace: A race and its finishing time, such as ``5k=30:00``; rules over the athlete's own. Several
            are separated by commas; of them one is taken as among the athlete's.
        replacement_prescription: Have Zwift show the way of moving, such as ``BACK WALK``, where it shows
            the target. Zwift's own workouts do so with ``WALK``; anything longer is untried.
    """

    compact: bool = False
    incline: bool = False
    race_pace: str | None = None
    replacement_prescription: bool = False


def refuse_contradictions(options: ZwoOptions) -> None:
    """Hold the options to what can be meant together.

    Raises:
        UsageError: when one is for QZ and another takes QZ's speeds from it.
    """
    if options.compact and options.incline:
        raise UsageError(
            "zwo.compact is for Zwift alone, and zwo.incline for QZ, which plays what is compact at "
            "paces of its own: leave out one of them",
            plugin="zwo",
            option="compact",
        )


def race_time(request: ExportRequest) -> RaceTime:
    """The race whose pace the file's speeds are fractions of: the option's, else the athlete's.

    Among several it is the 5 km where there is one, else the first.

    Raises:
        UsageError: when there is none, or the option is no race and time.
    """
    known = given_race_times(request.options) or request.athlete.race_paces
    if not known:
        raise UsageError(_NO_RACE_PACE, plugin="zwo", option="race_pace", needs="race_paces")
    return next((time for time in known if time.race == PREFERRED_RACE), known[0])


def given_race_times(options: ZwoOptions) -> tuple[RaceTime, ...]:
    """The races and their times that the options name.

    Raises:
        UsageError: when what they name is no race and time.
    """
    if options.race_pace is None:
        return ()
    times = []
    for said in options.race_pace.split(","):
        race, _, clock = said.partition("=")
        try:
            times.append(RaceTime.of(race.strip(), clock.strip()))
        except ValueError as error:
            raise UsageError(
                f"zwo.race_pace: {error}. Write it as --set zwo.race_pace=5k=30:00",
                plugin="zwo",
                option="race_pace",
            ) from None
    return tuple(times)
