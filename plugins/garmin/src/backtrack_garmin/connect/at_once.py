"""Doing the same for several workouts at once, few at a time, and no more once one of them fails."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from backtrack_plugins import NotSignedIn, RateLimited

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from backtrack_plugins import Progress

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

REQUESTS_AT_ONCE = 4
"""Requests under way at a time. Twelve were refused (kavakoss/mcp-garmin-connect, CHANGELOG)."""


def at_once(
    work: Callable[[_Item], _Result], items: Sequence[_Item], progress: Progress | None = None
) -> list[_Result]:
    """Do the work for each item, and return the results in their order.

    Once one fails, what is under way ends and nothing else begins: a service that says that it takes no
    more requests gets no more.

    Raises:
        BaseException: the first that the work raised; one that speaks for the whole account before others.
    """
    stopped = threading.Event()
    lock = threading.Lock()
    errors: list[BaseException] = []
    done = 0

    def one(item: _Item) -> list[_Result]:
        nonlocal done
        if stopped.is_set():
            return []
        try:
            result = work(item)
        except BaseException as error:  # noqa: BLE001 - raised below, in the caller's thread
            stopped.set()
            errors.append(error)
            return []
        with lock:
            done += 1
            if progress is not None:
                progress(done, len(items))
        return [result]

    with ThreadPoolExecutor(REQUESTS_AT_ONCE) as pool:
        futures = [pool.submit(one, item) for item in items]
        try:
            results = [result for future in futures for result in future.result()]
        except BaseException:
            stopped.set()
            raise
    if errors:
        raise next((each for each in errors if isinstance(each, NotSignedIn | RateLimited)), errors[0])
    return results
