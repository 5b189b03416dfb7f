"""Medians of functions and of whole processes that take turns, so that a slow moment meets all of them.

Both are measured in processor time, which leaves out what other processes do meanwhile; of whole processes
it is that of the user and of the system, starting them included.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Command = Callable[[], Sequence[str]]

ROUND_SECONDS = 0.02
"""How long one function is called in one round, about."""


def of_functions(functions: Mapping[str, Callable[[], object]], rounds: int = 31) -> dict[str, float]:
    """Median processor seconds of one call of each function; each round calls every function many times.

    The first call of each is not counted: caches are warm, as they are in a program that goes on.
    """
    calls = {name: _calls(function) for name, function in functions.items()}
    taken: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(rounds):
        for name, function in functions.items():
            start = time.process_time()
            for _ in range(calls[name]):
                function()
            taken[name].append((time.process_time() - start) / calls[name])
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def _calls(function: Callable[[], object]) -> int:
    function()
    start = time.perf_counter()
    function()
    return max(1, int(ROUND_SECONDS / (time.perf_counter() - start)))


def of_processes(
    commands: Mapping[str, Command], environment: Mapping[str, str], rounds: int = 21
) -> dict[str, float]:
    """Median processor seconds of each process and those it starts; each round starts each of them once.

    Args:
        commands: What gives the arguments, anew for each run.
        environment: Of every process.
        rounds: How often, the first run of each not counted.

    Raises:
        RuntimeError: when a process fails, which would make it look fast.
    """
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            arguments = command()
            start = _children_seconds()
            done = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False)
            seconds = _children_seconds() - start
            if done.returncode:
                raise RuntimeError(f"{name} ended with {done.returncode}: {done.stderr}")
            if turn:
                taken[name].append(seconds)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def _children_seconds() -> float:
    """Processor seconds of all processes that this one has waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
