"""Calling what a plugin brought, and holding it to what it may do: one way for every kind of plugin.

What it raises becomes a `PluginError` that names the plugin; what it returns is held to its type,
field by field, and a wrong one names plugin, hook and field.
"""

from __future__ import annotations

import os
from collections import namedtuple

from backtrack_plugins.errors import BacktrackError, PluginError

TYPE_CHECKING = False  # typing itself costs 3 ms at every start, and nothing here needs it to run
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeVar

    from backtrack_plugins.kinds import Kind

    _Answer = TypeVar("_Answer")

DISABLE = "BACKTRACK_DISABLE_PLUGINS"
STRICT = "BACKTRACK_STRICT_PLUGINS"


def strict(environ: Mapping[str, str] | None = None) -> bool:
    """Whether ``BACKTRACK_STRICT_PLUGINS`` asks for a plugin's own errors, with their traces."""
    return (os.environ if environ is None else environ).get(STRICT, "") not in {"", "0"}


class Asked(namedtuple("Asked", "kind name about", defaults=[""])):  # noqa: PYI024 - see above
    """Which plugin's object is asked, for messages.

    Attributes:
        kind: Its kind.
        name: Such as ``my-watch``.
        about: The file or place it is asked about; empty when it is about none.
    """

    __slots__ = ()

    kind: Kind
    name: str
    about: str

    def __str__(self) -> str:
        said = f"the {self.kind.said} {self.name}"
        return f"{self.about}: {said}" if self.about else said

    def error(self, said: str, *, field: str = "") -> PluginError:
        """A PluginError about it: the sentence begins with what was asked."""
        details = {"kind": self.kind.name, "plugin": self.name, "hook": self.kind.hook}
        return PluginError(f"{self} {said}", **details, **({"field": field} if field else {}))

    def call(self, work: Callable[[], _Answer]) -> _Answer:
        """Run what the plugin brought, and tell its failure as the plugin's.

        An error of ours that it raises on purpose passes through. When somebody interrupts, the
        KeyboardInterrupt carries a note that says who was at work.

        Raises:
            PluginError: when it fails in any other way; in strict mode its own error.
        """
        try:
            return work()
        except BacktrackError:
            raise
        except KeyboardInterrupt as stopped:
            stopped.add_note(f"stopped while {self} was at work; to leave it out: {DISABLE}={self.name}")
            raise
        except (Exception, SystemExit) as error:
            if strict():
                raise
            raise self.error(
                f"failed: {type(error).__name__}: {error}. "
                f"Report it to the plugin's author; {STRICT}=1 shows where."
            ) from error

    def returned(self, answer: object, expected: type[_Answer], *others: type) -> _Answer:
        """The answer, held to its type and each of its fields to theirs.

        Args:
            answer: What the plugin returned.
            expected: What it should be.
            others: What it might have been, too: for the message alone.

        Raises:
            PluginError: naming plugin, hook and field.
        """
        from backtrack_plugins.fields import mismatch

        if not isinstance(answer, expected):
            promised = " or ".join(each.__name__ for each in (*others, expected))
            said = f"returned {type(answer).__name__}; its hook {self.kind.hook} promises {promised}"
            raise self.error(f"{said}. Tell its author.")
        found = mismatch(answer, expected, expected.__name__)
        if found is not None:
            said = f"returned what its hook {self.kind.hook} does not allow: {found}"
            raise self.error(f"{said}. Tell its author.", field=found.path)
        return answer
