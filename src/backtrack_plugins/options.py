"""The options of an exporter or a destination: what a user gave, converted to the plugin's own Struct."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import msgspec

from backtrack_plugins.errors import UsageError
from backtrack_plugins.units import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def convert_options(
    name: str, options: type[msgspec.Struct] | None, given: Mapping[str, Any]
) -> msgspec.Struct | None:
    """Convert options by name to the plugin's Struct; texts become numbers and booleans.

    Args:
        name: The exporter's or destination's name.
        options: Its Struct; None when it has no options.
        given: Values by name, or texts as they stand in a command.

    Raises:
        UsageError: with every wrong option, each with what to write.
    """
    if options is None:
        if given:
            raise UsageError(
                f"{name} has no options; {', '.join(given)} was given",
                plugin=name,
                option=next(iter(given)),
                known=(),
            )
        return None
    known = {field.name for field in msgspec.structs.fields(options)}
    for key in given:
        if key not in known:
            from difflib import get_close_matches

            near = get_close_matches(key, known, 1, 0.5)
            hint = f"did you mean {near[0]}?" if near else f"its options are {', '.join(sorted(known))}"
            raise UsageError(
                f"{name} has no option {key}; {hint}", plugin=name, option=key, known=tuple(sorted(known))
            )
    try:
        return msgspec.convert(dict(given), options, strict=False)
    except msgspec.ValidationError:
        wrong = dict(_wrong(name, options, given))
        raise UsageError("\n".join(wrong.values()), plugin=name, option=next(iter(wrong))) from None


def _wrong(name: str, options: type[msgspec.Struct], given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    kinds = {field.name: field.type for field in msgspec.structs.fields(options)}
    for key, value in given.items():
        try:
            msgspec.convert({key: value}, options, strict=False)
        except msgspec.ValidationError as error:
            said = str(error).partition(" - at ")[0]
            if said.startswith(("Expected", "Invalid enum")):
                kind = kinds[key]
                plain = next((_PLAIN[each] for each in (kind, *get_args(kind)) if each in _PLAIN), "")
                choices = [str(choice) for choice in get_args(kind) if isinstance(choice, str)]
                said = plain or (f"write {' or '.join(choices)}" if choices else said)
            yield key, f"{name}: {key}={shown(str(value))}: {said}"


_PLAIN: dict[Any, str] = {
    bool: "write true or false",
    int: "write a whole number",
    float: "write a number",
    str: "write a text",
}
