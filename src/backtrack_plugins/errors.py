"""Every error this library raises on purpose.

Each carries data and says what to do next; `exit_code` is what the command line ends with:
1, the workout has problems; 2, wrong usage or unreadable input; 3, a plugin, the file system or a
service failed.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing itself costs 3 ms at every start, and nothing here needs it to run
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import ClassVar

    from backtrack_plugins.problem import Problem


class BacktrackError(Exception):
    """The base of all of them; its text is a sentence for the user."""

    exit_code: ClassVar[int] = 3


class WorkoutProblems(BacktrackError):
    """A workout cannot be used as it stands; `problems` says all that is wrong with it."""

    exit_code = 1

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[WorkoutProblems], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


class InvalidWorkout(WorkoutProblems):
    """The text or document is no workout: it could not be read."""


class UnsafeWorkout(WorkoutProblems):
    """The workout was read, and the safety rules stop its export."""


class CannotExport(WorkoutProblems):
    """The workout is safe, and this format has no way to carry it."""


class UsageError(BacktrackError):
    """The call or the input cannot be understood: a wrong option, an unreadable file, a missing value."""

    exit_code = 2


class UnreadableInput(UsageError):
    """A file is missing, too large, binary, damaged, or in another encoding."""


class PluginError(BacktrackError):
    """A plugin is broken, missing, disabled, or its name is claimed twice."""


class UnknownPlugin(PluginError):
    """No installed plugin has that name."""

    exit_code = 2


class DeliveryError(BacktrackError):
    """Artifacts could not be written where they should go; nothing was left half-written."""


class ExistingFile(UsageError):
    """A file that we did not write stands where an artifact should go."""
