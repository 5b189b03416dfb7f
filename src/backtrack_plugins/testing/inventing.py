"""Workouts that nobody thought of, for suites that ask a plugin about each; hypothesis invented them."""

from __future__ import annotations

import json
import os
from functools import lru_cache
from typing import TYPE_CHECKING

from backtrack_plugins.page import parse

if TYPE_CHECKING:
    from backtrack_plugins.workout import Workout

_FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "invented.json")


@lru_cache(maxsize=1)
def invented() -> tuple[Workout, ...]:
    """Forty workouts that pass the rules of the level they name, or of a first-timer where they name none."""
    with open(_FILE, encoding="utf-8") as file:
        return tuple(map(parse, json.load(file)))
