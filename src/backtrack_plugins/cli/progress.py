"""A bar for what takes longer than a second; at a terminal alone."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECONDS_WITHOUT = 1.0


@contextlib.contextmanager
def bar(said: str, *, shown: bool = True, waits: bool = False) -> Iterator[Callable[[int, int], None] | None]:
    """Show how much is done, as it is told.

    Args:
        said: What is done, before the bar.
        shown: Whether to show one at all; nobody sees it where standard error is no terminal.
        waits: Whether somebody else is at work: then it is a clock, and nobody knows how much is done.

    Yields:
        What is called with how much is done and of how much; None when nobody looks.
    """
    if not shown or sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm

    made: list[Any] = []

    def told(done: int, of: int) -> None:
        if not made:
            form = "{desc} {elapsed}" if waits else None
            made.append(
                tqdm(
                    total=of,
                    desc=said,
                    delay=SECONDS_WITHOUT,
                    file=sys.stderr,
                    leave=False,
                    bar_format=form,
                )
            )
        made[0].total = of
        made[0].update(done - made[0].n)

    try:
        yield told
    finally:
        for each in made:
            each.close()
