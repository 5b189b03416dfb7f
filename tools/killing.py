"""A process that is killed at some step, for the tools that follow random sequences of accidents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrack_plugins as bt

if TYPE_CHECKING:
    from collections.abc import Callable


class Killed(BaseException):
    """The process was killed here."""


class Kill:
    """Kills the process at its nth step: before or after a request, or a write."""

    def __init__(self) -> None:
        self.at = -1
        self.after = False
        self._count = 0

    def arm(self, at: int, *, after: bool) -> None:
        """Kill at this step from now, counted from 1."""
        self.at, self.after, self._count = at, after, 0

    def disarm(self) -> None:
        """Kill no more: the process is started again."""
        self.at = -1

    def step(self, do: Callable[[], Any]) -> Any:
        """Do a step, unless the process is dead by then."""
        if self.at < 0:
            return do()
        self._count += 1
        if self._count > self.at or (self._count == self.at and not self.after):
            raise Killed  # a process that is killed is killed in all its threads
        answer = do()
        if self._count >= self.at:
            raise Killed
        return answer


class KilledShelf(bt.Shelf):
    """A book that is killed at some write."""

    def __init__(self, path: str, kill: Kill) -> None:
        super().__init__(path)
        self._kill = kill

    def put(self, record: bt.Record) -> None:
        """As the book's."""
        self._kill.step(lambda: super(KilledShelf, self).put(record))


class KilledBook(bt.Book):
    """The same of every destination."""

    def __init__(self, folder: str, kill: Kill) -> None:
        super().__init__(folder)
        self._kill = kill

    def shelf(self, destination: str) -> bt.Shelf:
        """As the book's."""
        return KilledShelf(super().shelf(destination).path, self._kill)
