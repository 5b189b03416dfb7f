"""What can be chosen for a ZWO, and the race pace that its speeds are fractions of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backtrack_plugins import RaceTime, UsageError

if TYPE_CHECKING:
    from backtrack_plugins import ExportRequest

PREFERRED_RACE = "5k"

_NO_RACE_PACE = """\
a ZWO gives each speed as a part of your race pace, and no race pace is known. Say it in athlete.toml:

    [race_paces]
    5k = "30:00"

or for this once on the command line: --set zwo.race_pace=5k=30:00"""


class ZwoOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Options of the exporter.

    Attributes:
        incline: Write the belt's incline into every step. QZ sets it on the belt; whether Zwift
            accepts it is not known, and so it is left out unless asked for.
        race_pace: A race and its finishing time, such as ``5k=30:00``; rules over the athlete's own.
    """

    incline: bool = False
    race_pace: str | None = None


def race_time(request: ExportRequest) -> RaceTime:
    """The race whose pace the file's speeds are fractions of: the option's, else the athlete's.

    Among the athlete's it is the 5 km where there is one, else the first.

    Raises:
        UsageError: when there is none, or the option is no race and time.
    """
    given = request.options.race_pace
    if given is not None:
        race, _, clock = given.partition("=")
        try:
            return RaceTime.of(race.strip(), clock.strip())
        except ValueError as error:
            raise UsageError(
                f"zwo.race_pace: {error}. Write it as --set zwo.race_pace=5k=30:00",
                plugin="zwo",
                option="race_pace",
            ) from None
    known = request.athlete.race_paces
    if not known:
        raise UsageError(_NO_RACE_PACE, plugin="zwo", option="race_pace", needs="race_paces")
    return next((time for time in known if time.race == PREFERRED_RACE), known[0])
