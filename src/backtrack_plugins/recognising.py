"""Which plugin knows a file, by its first bytes; importers and readers of recordings alike."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from backtrack_plugins.calling import Asked
from backtrack_plugins.errors import BacktrackError, UnreadableInput, UsageError
from backtrack_plugins.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from backtrack_plugins.registry import Registry

HEAD_BYTES = 256
"""How much of a file is shown to those who may know it."""


class _Recognises(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def recognise(self) -> Callable[[bytes], bool]: ...


_Reader = TypeVar("_Reader", bound=_Recognises)


@contextmanager
def naming(file: str) -> Iterator[None]:
    """Add the file to the details of an UnreadableInput that a plugin raises without them."""
    try:
        yield
    except UnreadableInput as error:
        error.details.setdefault("file", file)
        raise


def recognised(
    data: bytes,
    name: str,
    kind: str,
    get: Callable[[str], _Reader],
    registry: Registry,
    *,
    otherwise: str,
    which: str,
) -> _Reader:
    """The one plugin that knows the first bytes; one that fails at it stops no other.

    Args:
        data: The file's bytes.
        name: Its name, for messages.
        kind: Such as ``importer``.
        get: Returns what is offered under a name.
        registry: Where plugins are looked up.
        otherwise: What the user may do when nobody knows the file.
        which: How the user says which one is meant when several know it.

    Raises:
        UsageError: when several know it.
        UnreadableInput: when there are no bytes, or nobody knows them; it says which were asked, and which
            could not be.
    """
    if not data:
        raise UnreadableInput(f"{name}: is empty. Check the path; nothing was read.", file=name)
    tried: list[str] = []
    unusable: list[str] = []
    found: list[_Reader] = []
    for row in registry.rows(kind):
        try:
            reader = get(row.choice if row.state == "installed" else row.name)
            asked = Asked(KINDS[kind], row.name)
            knows = asked.call(partial(reader.recognise, data[:HEAD_BYTES]))
        except BacktrackError as error:
            unusable.append(str(error))
            continue
        tried.append(row.name)
        if knows:
            found.append(reader)
    if len(found) > 1:
        names = ", ".join(reader.name for reader in found)
        raise UsageError(f"{name}: {names} all know such files; {which}", file=name)
    if not found:
        nobody = f"no {KINDS[kind].said}"
        said = f"{nobody} could be asked" if unusable else f"{nobody} is installed"
        if tried:
            said = f"{nobody} knows this file ({', '.join(tried)})"
        also = "".join(f"\n{reason}" for reason in dict.fromkeys(unusable))
        raise UnreadableInput(f"{name}: {said}. Nothing was read. {otherwise}{also}", file=name)
    return found[0]
