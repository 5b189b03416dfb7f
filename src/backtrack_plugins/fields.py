"""Whether the fields of a Struct hold what their types say: what plugins hand us is not to be believed.

msgspec checks types when it decodes, and never when somebody calls the constructor.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

import msgspec

if TYPE_CHECKING:
    _Check = Callable[[object, str], "Mismatch | None"]


class Mismatch(NamedTuple):
    """A field that holds what it may not.

    Attributes:
        path: Which, such as ``losses[0].what``.
        said: What it holds and what it may hold, in words.
    """

    path: str
    said: str

    def __str__(self) -> str:
        return f"{self.path} is {self.said}"


class WrongField(ValueError):
    """A Struct was made with a field that holds what it may not."""

    def __init__(self, mismatch: Mismatch) -> None:
        super().__init__(str(mismatch))
        self.field = mismatch.path


def mismatch(value: object, kind: Any, path: str) -> Mismatch | None:
    """The first place where a value is not what a type says; None when it is.

    Args:
        value: What was handed over.
        kind: A type as it stands in an annotation: classes, Struct, Literal, unions, tuples, frozensets,
            dicts, callables.
        path: What to call the value.

    >>> str(mismatch((1, "2"), tuple[int, ...], "laps"))
    "laps[1] is '2'; it is a whole number"
    """
    return _check_of(kind)(value, path)


def refuse_wrong_fields(struct: msgspec.Struct) -> None:
    """Hold a Struct to the types of its fields, from its ``__post_init__``.

    Raises:
        WrongField: naming the first field that holds something else.
    """
    found = mismatch(struct, type(struct), type(struct).__name__)
    if found is not None:
        raise WrongField(found)


@lru_cache(maxsize=256)
def _check_of(kind: Any) -> _Check:
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is Any:
        return lambda _value, _path: None
    if origin is Annotated:
        return _check_of(arguments[0])
    if origin in {Union, types.UnionType}:
        return _of_union(arguments)
    if origin in {tuple, frozenset, dict}:
        return _of_dict(*arguments) if origin is dict else _of_many(origin, arguments[0])
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _of_struct(kind)
    return _plain(kind, origin, arguments)


def _plain(kind: Any, origin: Any, arguments: tuple[Any, ...]) -> _Check:
    if origin is Literal:
        return _when(lambda value: value in arguments, " or ".join(map(str, arguments)))
    if origin is Callable:
        return _when(callable, "a function")
    if origin is type:
        (above,) = arguments
        return _when(
            lambda value: isinstance(value, type) and issubclass(value, above),
            f"a class below {above.__name__}",
        )
    said = _SAID.get(kind, kind.__name__)
    if kind in {int, float}:  # of which bool is one, to isinstance alone
        accepted = (int, float) if kind is float else int
        return _when(lambda value: isinstance(value, accepted) and not isinstance(value, bool), said)
    return _when(lambda value: isinstance(value, kind), said)


def _when(holds: Callable[[Any], bool], said: str) -> _Check:
    return lambda value, path: None if holds(value) else _wrong(value, path, said)


_SAID: dict[Any, str] = {
    str: "a text",
    bytes: "bytes",
    int: "a whole number",
    float: "a number",
    bool: "True or False",
    type(None): "None",
}


def _wrong(value: object, path: str, said: str) -> Mismatch:
    held = repr(value)
    if len(held) > 60:
        held = f"of type {type(value).__name__}"
    return Mismatch(path, f"{held}; it is {said}")


def _of_union(kinds: tuple[Any, ...]) -> _Check:
    checks = [_check_of(kind) for kind in kinds]

    def check(value: object, path: str) -> Mismatch | None:
        found: list[Mismatch] = []
        for each in checks:
            one = each(value, path)
            if one is None:
                return None
            found.append(one)
        inner = next((one for one in found if one.path != path), None)
        if inner is not None:  # one of them fits but for a field
            return inner
        return _wrong(value, path, " or ".join(one.said.rpartition("; it is ")[2] for one in found))

    return check


def _of_many(container: type, kind: Any) -> _Check:
    inner = _check_of(kind)

    def check(value: object, path: str) -> Mismatch | None:
        if not isinstance(value, container):
            return _wrong(value, path, f"a {container.__name__}")
        if container is tuple and _are_plain(value, kind):  # type: ignore[arg-type]
            return None
        if kind in _PLAIN and {*map(type, value)} <= {kind}:  # type: ignore[call-overload]
            return None
        for index, each in enumerate(value):  # type: ignore[var-annotated, arg-type]  # a tuple or frozenset
            found = inner(each, f"{path}[{index}]" if container is tuple else path)
            if found is not None:
                return found
        return None

    return check


_MANY = 100
"""From how many Structs on their fields are looked at together: a recording has thousands of samples."""

_PLAIN = (int, float, str, bool, type(None))


def _are_plain(values: tuple[object, ...], kind: Any) -> bool:
    """Whether they are many Structs whose every field holds a number, a text or None as its type says.

    Where not, nothing is said of them: looking at each finds the wrong one.
    """
    if len(values) < _MANY or {*map(type, values)} != {kind}:
        return False
    accepted = _plain_types(kind)
    return accepted is not None and all(
        {*map(type, map(attrgetter(name), values))} <= held for name, held in accepted.items()
    )


@lru_cache(maxsize=32)
def _plain_types(kind: type) -> dict[str, set[type]] | None:
    """The types that each field of a Struct may hold; None when one may hold more than numbers and texts."""
    if not issubclass(kind, msgspec.Struct):
        return None
    found: dict[str, set[type]] = {}
    for field in msgspec.structs.fields(kind):
        held = get_args(field.type) or (field.type,)
        if not all(each in _PLAIN for each in held):
            return None
        found[field.name] = {*held, int} if float in held else {*held}
    return found


def _of_dict(key: Any, kind: Any) -> _Check:
    inner_key, inner = _check_of(key), _check_of(kind)

    def check(value: object, path: str) -> Mismatch | None:
        if not isinstance(value, dict):
            return _wrong(value, path, "a dict")
        for name, each in value.items():
            found = inner_key(name, path) or inner(each, f"{path}[{name!r}]")
            if found is not None:
                return found
        return None

    return check


_CHECK_THEMSELVES = "backtrack_plugins.workout"
"""The module whose Structs are frozen and check every field when they are made: once is enough, since a file
may have thousands of steps."""


def _of_struct(kind: type[msgspec.Struct]) -> _Check:
    checks_itself = kind.__module__ == _CHECK_THEMSELVES

    @lru_cache(maxsize=1)
    def fields() -> list[tuple[str, _Check]]:  # when first used: a Struct may refer to itself
        return [(field.name, _check_of(field.type)) for field in msgspec.structs.fields(kind)]

    def check(value: object, path: str) -> Mismatch | None:
        if not isinstance(value, kind):
            return _wrong(value, path, f"a {kind.__name__}")
        if checks_itself and type(value) is kind:
            return None
        for name, inner in fields():
            found = inner(getattr(value, name), f"{path}.{name}")
            if found is not None:
                return found
        return None

    return check
