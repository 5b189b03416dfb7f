"""Every error this library raises on purpose.

Each says what is wrong and what to do next in a sentence for the user, and carries the same as data
for a program: `details`, `problems` where a workout has some, and all of it together as `as_data`.
`exit_code` is what the command line ends with: 1, the workout has problems; 2, wrong usage or
unreadable input; 3, a plugin, the file system or a service failed.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing itself costs 3 ms at every start, and nothing here needs it to run
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, ClassVar

    from backtrack_plugins.problem import Problem


class BacktrackError(Exception):
    """The base of all of them; its text is a sentence for the user.

    Attributes:
        details: What the sentence speaks of, by name, for a program: texts, numbers and tuples of texts.
            Each class says which names it has; one that does not apply is left out.

    >>> error = UnreadableInput("walk.zwo: damaged. Export it again.", file="walk.zwo")
    >>> error.as_data()["file"]
    'walk.zwo'
    """

    exit_code: ClassVar[int] = 3

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.details = details

    def as_data(self) -> dict[str, Any]:
        """All of it as builtins that any JSON library takes: class, exit code, sentence and details."""
        return {
            "error": type(self).__name__,
            "exit_code": self.exit_code,
            "message": str(self),
            **self.details,
        }


class WorkoutProblems(BacktrackError):
    """A workout cannot be used as it stands; `problems` says all that is wrong with it.

    Attributes:
        problems: Every `Problem`, each with code, severity, message, hint and place.
    """

    exit_code = 1

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[WorkoutProblems], tuple[tuple[Problem, ...]], dict[str, Any]]:
        return type(self), (self.problems,), self.__dict__

    def as_data(self) -> dict[str, Any]:
        """The same, and under ``problems`` each `Problem.as_data`, with a JSON Pointer where there is one."""
        return {**super().as_data(), "problems": [problem.as_data() for problem in self.problems]}


class InvalidWorkout(WorkoutProblems):
    """The text or document is no workout: it could not be read."""


class UnsafeWorkout(WorkoutProblems):
    """The workout was read, and the safety rules stop its export."""


class CannotExport(WorkoutProblems):
    """The workout is safe, and this format has no way to carry it."""


class CannotSplice(BacktrackError):
    """A file has no place for new steps among its own; the sentence says why.

    Whoever asked for it has the whole written anew instead, and tells what that loses.
    """

    exit_code = 1


class UsageError(BacktrackError):
    """The call or the input cannot be understood: a wrong option, an unreadable file, a missing value.

    Details, those that apply:
        plugin, option: The format or destination, and its option that is wrong or missing.
        known: The options, or the names, that there are.
        needs: The field of Athlete that is needed and not known, such as ``race_paces``.
        argument: The argument of the function called, such as ``stem`` or ``supervised_by``.
        file: The file that is wrong.
        keys: The key of that file which each line of the sentence is about, such as ``race_paces.5k``.
        codes: What an athlete may not silence, or what no rule is called.
        name: What nothing in the library is called.
        path: A folder that is missing, or a file where a folder should be.
    """

    exit_code = 2


class UnreadableInput(UsageError):
    """A file is missing, too large, binary, damaged, or in another encoding; details: ``file``."""


class PluginError(BacktrackError):
    """A plugin is broken, missing, disabled, or its name is claimed twice.

    Details: ``kind`` and ``plugin``, its name; where they are known ``distribution``, ``version``,
    ``hook``, and the ``field`` of what it returned that cannot be.
    """


class UnknownPlugin(PluginError):
    """No installed plugin has that name; details: ``kind``, ``plugin`` and ``known``, the names there are."""

    exit_code = 2


class DeliveryError(BacktrackError):
    """Artifacts could not be written where they should go; nothing was left half-written.

    Details: ``path``, the file or folder that it is about.
    """


class NeedsChoice(UsageError):
    """The user must say which one; somebody at a terminal is asked.

    Details: ``argument``, what the answer is given as, such as ``at`` or ``device``; ``choices``, the
    values that it may have; ``labels``, one for each choice, for people; and ``plugin``.
    """

    @property
    def argument(self) -> str:
        """What the answer is given as."""
        return str(self.details["argument"])

    @property
    def choices(self) -> dict[str, str]:
        """What may be chosen, with what it is called."""
        values: Any = self.details["choices"]
        labels: Any = self.details.get("labels", values)
        return dict(zip(values, labels, strict=True))


class ByHand(DeliveryError):
    """No program can put the file there, but the runner can; the sentence says why.

    Details: ``steps``, what to do, in order; ``opens``, whether it helps to show the file's folder.
    """

    @property
    def steps(self) -> tuple[str, ...]:
        """What the runner does, in order."""
        steps: Any = self.details.get("steps", ())
        return tuple(steps)

    @property
    def opens(self) -> bool:
        """Whether it helps to show the file's folder."""
        return bool(self.details.get("opens"))


class ServiceError(BacktrackError):
    """A service did not do what it was asked to; details of each kind: ``service``, its name for people."""


class NotSignedIn(ServiceError):
    """Nobody is signed in there, or the session has expired; the sentence says how to sign in."""

    exit_code = 2


class RateLimited(ServiceError):
    """The service takes no more requests for now; details: ``retry_after`` in seconds, or None."""


class NotThere(ServiceError):
    """The service has nothing of that number or name; details: ``path``."""

    exit_code = 2


class Refused(ServiceError):
    """The service refuses the request and did nothing; details: ``status`` and ``said``, in its own words."""


class ServiceFailed(ServiceError):
    """The service failed, or answered what nobody can read; it may have acted. Details: ``status``."""


class Unreachable(ServiceError):
    """No answer came: no network, no time left, or the connection was cut; the service may have acted."""


class ExistingFile(UsageError):
    """A file that we did not write stands where an artifact should go; details: ``paths``."""


class DamagedBlock(UsageError):
    """A description has a block of ours that is not whole, or that somebody changed inside.

    Details: ``found``, the lines that are left of it or differ; ``changed``, whether the block is whole
    and only changed inside, so that it may be replaced when the user says so.
    """

    @property
    def is_changed(self) -> bool:
        """Whether it is whole, and only changed inside."""
        return bool(self.details.get("changed"))
