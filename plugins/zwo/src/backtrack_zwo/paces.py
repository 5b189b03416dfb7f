"""The race paces that the speeds of somebody's ZWO are parts of: what is known, and what is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backtrack_plugins import RaceTime, UsageError
from backtrack_zwo.options import PACE_INDEX

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backtrack_plugins import ImportSettings

RACE_OF = {index: race for race, index in PACE_INDEX.items()}
"""The race of each number that Zwift gives one."""

UNSAID = "unsaid"
"""In place of a race, where a step does not say which; whoever asks for it to be read says one race pace."""

FASTEST_PACE = 120
SLOWEST_PACE = 1800
"""Seconds per kilometre, as a `RaceTime` may have: such a number is a pace, and none of a race."""

_EXAMPLES = {"mile": "7:00", "5k": "30:00", "10k": "1:02:00", "half": "2:15:00", "marathon": "4:45:00"}


class ZwoImportOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Options of the importer.

    Attributes:
        race_pace: Races and their finishing times, separated by commas, such as ``5k=30:00,half=2:15:00``;
            each rules over the athlete's own.
    """

    race_pace: str | None = None


class RacePaces:
    """Seconds per kilometre of each race, and which of those that a file needs are not known."""

    def __init__(self, settings: ImportSettings) -> None:
        given = list(_given(settings.options.race_pace))
        self._known: dict[str, float] = {
            time.race: time.seconds_per_km for time in (*settings.athlete.race_paces, *given)
        }
        self._only = given[0] if len(given) == 1 else None
        self._missing: dict[str, None] = {}

    def seconds_per_km(self, race: str) -> float | None:
        """The pace of a race; None where it is not known, which `refuse_missing` then tells."""
        if race == UNSAID and self._only is not None:
            return self._only.seconds_per_km
        found = self._known.get(race)
        if found is None:
            self._missing[race] = None
        return found

    def refuse_missing(self, name: str) -> None:
        """Ask for all that was not known.

        Raises:
            UsageError: when a step is a part of a race pace that nobody has said.
        """
        if not self._missing:
            return
        races = [race for race in PACE_INDEX if race in self._missing]
        if not races:
            raise UsageError(
                f"{name}: gives speeds as parts of a race pace, and does not say of which. Say it: "
                "--set zwo.race_pace=5k=30:00, with mile, 5k, 10k, half or marathon. Nothing was read.",
                plugin="zwo",
                option="race_pace",
                needs="race_paces",
                file=name,
            )
        said = ",".join(f"{race}={_EXAMPLES[race]}" for race in races)
        rows = "\n".join(f'    {race} = "{_EXAMPLES[race]}"' for race in races)
        raise UsageError(
            f"{name}: gives speeds as parts of your {_listed(races)} pace, which is not known. Say it "
            f"in athlete.toml, with your own finishing time:\n\n    [race_paces]\n{rows}\n\n"
            f"or for this once on the command line: --set zwo.race_pace={said}",
            plugin="zwo",
            option="race_pace",
            needs="race_paces",
            file=name,
        )


def _given(option: str | None) -> Iterable[RaceTime]:
    for said in (option or "").split(",") if option is not None else ():
        race, _, clock = said.partition("=")
        try:
            yield RaceTime.of(race.strip(), clock.strip())
        except ValueError as error:
            raise UsageError(
                f"zwo.race_pace: {error}. Write it as --set zwo.race_pace=5k=30:00, and several as "
                "5k=30:00,half=2:15:00",
                plugin="zwo",
                option="race_pace",
            ) from None


def _listed(races: list[str]) -> str:
    return races[0] if len(races) == 1 else f"{', '.join(races[:-1])} and {races[-1]}"
