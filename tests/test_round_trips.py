"""There and back in every format that has both ways: what comes back is the Workout, or what a loss said.

Which formats those are the registry says. The kit asks the same of each plugin about its samples; here it is
the library, and workouts that nobody thought of, under each of the exporter's options.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from generating.formats import choices
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import backtrack_plugins as bt
from backtrack_plugins.library import library_entries
from backtrack_plugins.registry import Registry
from backtrack_plugins.testing.strategies import safe_workouts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from backtrack_plugins.workout import Part

REGISTRY = Registry()
BOTH_WAYS = sorted(
    {row.name for row in REGISTRY.rows("exporter")} & {row.name for row in REGISTRY.rows("importer")}
)
ATHLETE = bt.Athlete(race_paces=(bt.RaceTime("5k", 1800),))
"""Of no level of their own: each workout's holds."""


def option_sets(name: str) -> list[dict[str, Any]]:
    """The exporter's defaults, and every other value of an option that has few."""
    return [{}, *({option: value} for option, value in choices(REGISTRY.exporter(name).options))]


def without_cues(back: bt.Workout, sent: bt.Workout, steps: set[int]) -> bt.Workout:
    """What came back, with the cues of these steps as they were sent."""
    cues = dict(_cues(sent.steps, count(1)))
    return msgspec.structs.replace(back, steps=_with_cues(back.steps, cues, steps, count(1)))


def without_letters(back: bt.Workout, sent: bt.Workout, steps: set[int]) -> bt.Workout:
    """What came back, with whatever was not ASCII as it was sent; of the cues, those of these steps."""
    return msgspec.structs.replace(
        without_cues(back, sent, steps),
        name=back.name if sent.name.isascii() else sent.name,
        about=back.about if sent.about.isascii() else sent.about,
    )


MAY_DIFFER: dict[str, Callable[[bt.Workout, bt.Workout, set[int]], bt.Workout]] = {
    "letters": without_letters,
    "cue": without_cues,
}
"""What a loss may take from what comes back, by what it is called; every other loss takes nothing."""


def _cues(parts: Sequence[Part], numbers: Iterator[int]) -> Iterator[tuple[int, str | None]]:
    for part in parts:
        if isinstance(part, bt.Repeat):
            yield from _cues(part.steps, numbers)
        else:
            yield next(numbers), part.cue


def _with_cues(
    parts: Sequence[Part], cues: dict[int, str | None], steps: set[int], numbers: Iterator[int]
) -> tuple[Part, ...]:
    changed: list[Part] = []
    for part in parts:
        if isinstance(part, bt.Repeat):
            inside = _with_cues(part.steps, cues, steps, numbers)
            changed.append(msgspec.structs.replace(part, steps=inside))
        else:
            number = next(numbers)
            changed.append(msgspec.structs.replace(part, cue=cues[number]) if number in steps else part)
    return tuple(changed)


def assert_comes_back(artifact: bt.Artifact, workout: bt.Workout) -> None:
    """The bytes are read as the workout, but for what the export's losses say; and nothing else is lost."""
    imported = bt.import_bytes(artifact.data, artifact.name, importer=artifact.format)
    back = imported.workout
    for loss in artifact.losses if back != workout else ():
        if loss.what in MAY_DIFFER:
            back = MAY_DIFFER[loss.what](back, workout, set(loss.steps))
    assert bt.write(back) == bt.write(workout), [str(loss) for loss in artifact.losses]
    assert back == workout
    assert (imported.losses, imported.unknown) == ((), ())


def test_the_formats_that_have_both_ways_are_found() -> None:
    assert {"garmin-connect", "garmin-fit", "zwo"} <= set(BOTH_WAYS)


@pytest.mark.parametrize("name", BOTH_WAYS)
def test_every_workout_of_the_library_comes_back_under_every_option(name: str) -> None:
    came_back = 0
    for entry in library_entries():
        for options in option_sets(name):
            try:
                artifact = bt.export(entry.workout, name, ATHLETE, options=options, supervised_by="a coach")
            except bt.CannotExport:
                assert options, "with its defaults a format carries the whole library"
                continue
            assert_comes_back(artifact, entry.workout)
            came_back += 1
    assert came_back >= len(library_entries())


@pytest.mark.parametrize("name", BOTH_WAYS)
@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(workout=safe_workouts(), data=st.data())
def test_every_safe_workout_comes_back(name: str, workout: bt.Workout, data: st.DataObject) -> None:
    options = data.draw(st.sampled_from(option_sets(name)))
    try:
        artifact = bt.export(workout, name, ATHLETE, options=options)
    except bt.CannotExport:
        assume(False)
    assert_comes_back(artifact, workout)


@pytest.mark.parametrize("name", BOTH_WAYS)
def test_what_we_wrote_is_read_as_all_in_our_words(name: str) -> None:
    """Then a block beside it is not spliced in: the whole is written anew, and nothing is lost."""
    artifact = bt.export(library_entries()[0].workout, name, ATHLETE, supervised_by="a coach")
    assert bt.import_bytes(artifact.data, artifact.name, importer=name).complete
