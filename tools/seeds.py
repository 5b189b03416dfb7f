"""The end of tools that follow random cases: so many, each from a seed of its own, and what went wrong."""

from __future__ import annotations

import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def follow_seeds(
    follow: Callable[[int], Sequence[str]],
    arguments: Sequence[str],
    *,
    many: int,
    said: Callable[[int, int], str],
    in_processes: bool = False,
) -> int:
    """Follow so many cases, each from a seed of its own, and print what went wrong.

    Args:
        follow: Follows the case of a seed; returns lines to print, none when nothing went wrong.
        arguments: How many there are, then the first seed; 0 without it.
        many: How many, when nothing is said.
        said: What to print in the end, of how many there were and how many went wrong.
        in_processes: Follow several at once, each in a process of its own.

    Returns:
        The exit code: 1 when anything went wrong.
    """
    count = int(arguments[0]) if arguments else many
    first = int(arguments[1]) if len(arguments) > 1 else 0
    seeds = range(first, first + count)
    began = time.perf_counter()
    wrong = 0
    with ProcessPoolExecutor() if in_processes else nullcontext() as pool:
        each = map(follow, seeds) if pool is None else pool.map(follow, seeds, chunksize=10)
        for seed, lines in zip(seeds, each, strict=True):
            if lines:
                wrong += 1
                print(f"seed {seed}:", *lines, sep="\n    ")
    print(f"{said(count, wrong)}, {time.perf_counter() - began:.0f} s")
    return bool(wrong)
