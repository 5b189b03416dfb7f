"""The same FIT messages written by three encoders: ours, garmin-fit-sdk's and fit-tool's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fit_tool.fit_file_builder import FitFileBuilder
from fit_tool.profile.messages.file_id_message import FileIdMessage
from fit_tool.profile.messages.workout_message import WorkoutMessage
from fit_tool.profile.messages.workout_step_message import WorkoutStepMessage
from garmin_fit_sdk import Decoder, Encoder, Stream

from backtrack_garmin.fit import encode
from backtrack_garmin.profile import DURATION_DISTANCE, DURATION_TIME

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from backtrack_garmin.fit import Message

_FIT_TOOL_MESSAGES: dict[str, tuple[type[Any], dict[str, str]]] = {
    "file_id": (FileIdMessage, {}),
    "workout": (WorkoutMessage, {"wkt_name": "workout_name", "wkt_description": "workout_description"}),
    "workout_step": (WorkoutStepMessage, {"wkt_step_name": "workout_step_name"}),
}
"""fit-tool's class for each kind of message, and where its names are not the profile's."""

_FIT_TOOL_DURATIONS = {DURATION_TIME: ("duration_time", 1000), DURATION_DISTANCE: ("duration_distance", 100)}
"""fit-tool takes seconds and metres where the file has milliseconds and centimetres."""

_EPOCH_OFFSET_MS = 631_065_600_000
"""fit-tool takes Unix milliseconds for a FIT time, which counts seconds from 1989-12-31."""


def encoders(messages: Sequence[Message]) -> dict[str, Callable[[], bytes]]:
    """One function for each encoder, from raw values in its own shape to the bytes of the file.

    Raises:
        AssertionError: when the three files do not read back as the same messages.
    """
    rows = [{"mesg_num": message.kind.number, **_present(message.values)} for message in messages]
    authored = [_for_fit_tool(message) for message in messages]

    def ours() -> bytes:
        return encode(messages)

    def sdk() -> bytes:
        encoder = Encoder()
        for row in rows:
            encoder.write_mesg(row)
        return bytes(encoder.close())

    def fit_tool() -> bytes:
        builder = FitFileBuilder()
        for made, values in authored:
            message = made()
            for name, value in values.items():
                setattr(message, name, value)
            builder.add(message)
        return bytes(builder.build_bytes())

    expected = _decoded(ours())
    for encoder in (sdk, fit_tool):
        assert _decoded(encoder()) == expected, encoder.__name__
    return {"ours": ours, "garmin-fit-sdk": sdk, "fit-tool": fit_tool}


def _present(values: Any) -> dict[str, int | str]:
    return {name: value for name, value in values.items() if value is not None}


def _for_fit_tool(message: Message) -> tuple[type[Any], dict[str, Any]]:
    made, names = _FIT_TOOL_MESSAGES[message.kind.name]
    values: dict[str, Any] = {
        names.get(name, name): value for name, value in _present(message.values).items()
    }
    if "time_created" in values:
        values["time_created"] = values["time_created"] * 1000 + _EPOCH_OFFSET_MS
    scaled = _FIT_TOOL_DURATIONS.get(values.get("duration_type", -1))
    if scaled is not None:
        name, scale = scaled
        values[name] = values.pop("duration_value") / scale
    return made, values


def _decoded(data: bytes) -> dict[str, Any]:
    messages, errors = Decoder(Stream.from_byte_array(bytearray(data))).read()
    assert not errors, errors
    return dict(messages)
