"""Sending through random accidents: `make fuzz` follows thousands of them with the same code."""

from __future__ import annotations

from random import Random

import pytest
from fuzz_sync import MISHAPS, ROUTES, follow


@pytest.mark.parametrize("seed", [*range(8), 14, 16, 72, 115])
def test_random_accidents_leave_what_is_wanted_once_and_nothing_else_touched(seed: int) -> None:
    wrong, told = follow(seed)
    assert not wrong, "\n".join([*told, *wrong])


def test_every_kind_of_accident_is_drawn() -> None:
    """So that the sequences above could have gone wrong: what they draw is drawn from everything."""
    random = Random(0)
    assert {random.randrange(len(MISHAPS)) for _ in range(500)} == set(range(len(MISHAPS)))
    assert len(set(ROUTES)) == 9
