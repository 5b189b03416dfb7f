"""Annotating and uploading through random accidents: `make fuzz` follows thousands with the same code."""

from __future__ import annotations

from random import Random

import pytest
from fuzz_annotations import MISHAPS, ROUTES, WRITTEN, annotation, follow

import backtrack_plugins as bt

SHORT = 10


@pytest.mark.parametrize("first", range(0, 40, 5))
def test_random_accidents_leave_what_is_wanted_once_and_the_athletes_own_text_untouched(first: int) -> None:
    for seed in range(first, first + 5):
        wrong, told = follow(seed, SHORT)
        assert not wrong, "\n".join([f"seed {seed}", *told, *wrong])


def test_every_kind_of_accident_is_drawn() -> None:
    """So that the sequences above could have gone wrong: what they draw is drawn from everything."""
    random = Random(0)
    assert {random.randrange(len(MISHAPS)) for _ in range(500)} == set(range(len(MISHAPS)))
    assert len(set(ROUTES)) == 6
    assert len(set(WRITTEN)) == 10


def test_what_the_athlete_writes_while_somebody_looks_at_the_plan_stays(account) -> None:
    """What is written between the last reading and the change is lost: Strava knows no such condition."""
    number = account.add_activity(description="Before.")
    account.edit_after_reading(number, description="Meanwhile.")
    planned = bt.annotate_activity(annotation(0), "strava", str(number), dry_run=True)
    assert planned.before.description == "Before."
    done = bt.annotate_activity(annotation(0), "strava", str(number))
    assert done.before.description == "Meanwhile."
    assert account.description(number) == f"Meanwhile.\n\n{annotation(0).text}"
