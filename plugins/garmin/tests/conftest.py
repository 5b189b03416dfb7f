"""The three readers of FIT files that every file of ours has to please, brought to one form."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, NamedTuple

import fitdecode
import fitparse
import garmin_fit_sdk
import pytest

from backtrack_plugins import library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import backtrack_plugins as bt
    from backtrack_garmin.testing import ConnectStandIn

_AMOUNTS = {
    "time": "duration_time",
    "distance": "duration_distance",
    "repeat_until_steps_cmplt": "duration_step",
}


class ReadStep(NamedTuple):
    """A workout_step as a reader gives it: seconds, metres, metres per second."""

    index: int
    name: str | None
    note: str | None
    ends_on: str
    amount: float | None
    passes: int | None
    target: str
    low: float | None
    high: float | None
    intensity: str | None


class ReadFile(NamedTuple):
    """A workout file as a reader gives it."""

    file_id: tuple[Any, ...]
    sport: tuple[str, str]
    count: int
    name: str
    description: str
    steps: list[ReadStep]


def _read_file(messages: dict[str, list[Callable[[Any], Any]]]) -> ReadFile:
    (file_id,), (workout,) = messages["file_id"], messages["workout"]
    created = file_id("time_created").replace(tzinfo=None).isoformat()
    return ReadFile(
        file_id=(*map(file_id, ("type", "manufacturer", "product", "serial_number")), created),
        sport=(workout("sport"), workout("sub_sport")),
        count=workout("num_valid_steps"),
        name=workout("wkt_name"),
        description=workout("wkt_description") or workout(17),
        steps=[_read_step(step) for step in messages["workout_step"]],
    )


def _read_step(get: Callable[[Any], Any]) -> ReadStep:
    ends_on = get("duration_type")
    return ReadStep(
        index=get("message_index"),
        name=get("wkt_step_name"),
        note=get("notes"),
        ends_on=ends_on,
        amount=get(_AMOUNTS.get(ends_on, "duration_value")),
        passes=get("repeat_steps"),
        target=get("target_type"),
        low=get("custom_target_speed_low"),
        high=get("custom_target_speed_high"),
        intensity=get("intensity"),
    )


def _by_sdk(data: bytes) -> ReadFile:
    decoder = garmin_fit_sdk.Decoder(garmin_fit_sdk.Stream.from_byte_array(bytearray(data)))
    found, errors = decoder.read()
    assert errors == []
    return _read_file({key.removesuffix("_mesgs"): [m.get for m in found[key]] for key in found})


def _by_fitdecode(data: bytes) -> ReadFile:
    messages: dict[str, list[Any]] = {}
    raising = {"check_crc": fitdecode.CrcCheck.RAISE, "error_handling": fitdecode.ErrorHandling.RAISE}
    with fitdecode.FitReader(data, **raising) as reader:
        for frame in reader:
            if isinstance(frame, fitdecode.FitDataMessage):
                messages.setdefault(frame.name, []).append(
                    lambda name, frame=frame: frame.get_value(name, fallback=None)
                )
    return _read_file(messages)


def _by_fitparse(data: bytes) -> ReadFile:
    messages: dict[str, list[Any]] = {}
    for message in fitparse.FitFile(io.BytesIO(data)).get_messages():
        messages.setdefault(message.name, []).append(message.get_value)
    return _read_file(messages)


_READERS = {"garmin-fit-sdk": _by_sdk, "fitdecode": _by_fitdecode, "fitparse": _by_fitparse}


def _read_by_all(data: bytes) -> ReadFile:
    first, *others = (reader(data) for reader in _READERS.values())
    for other in others:
        assert other == first
    return first


@pytest.fixture(scope="session")
def read_by_all() -> Callable[[bytes], ReadFile]:
    """Reads a file with garmin-fit-sdk, fitdecode and fitparse, which have to agree."""
    return _read_by_all


@pytest.fixture(params=library.names())
def built_in(request: pytest.FixtureRequest) -> bt.Workout:
    """Each workout of the library; one of them is for supervision only."""
    return library.library_entry(request.param).workout


@pytest.fixture
def no_keyring() -> Iterator[None]:
    """A keyring that keeps nothing, whatever whoever runs the tests has."""
    import keyring
    import keyring.core
    from keyring.backends.null import Keyring

    before = keyring.core._keyring_backend
    keyring.set_keyring(Keyring())
    yield
    keyring.core._keyring_backend = before


@pytest.fixture
def nobody_listens(connect: ConnectStandIn, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every request goes to a port of ours on which nobody listens: no other test's stand-in can have it."""
    import socket

    assert connect  # it says where everything else goes
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        monkeypatch.setenv("BACKTRACK_GARMIN_HOST", f"http://127.0.0.1:{held.getsockname()[1]}")
        yield


@pytest.fixture
def connect(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    no_keyring: None,  # noqa: ARG001 - sessions are kept in files
) -> Iterator[ConnectStandIn]:
    """A stand-in of Garmin Connect, to which every request goes."""
    from backtrack_garmin.testing import ConnectStandIn, environment

    with ConnectStandIn() as stand_in:
        for name, value in environment(stand_in, tmp_path / "data").items():
            monkeypatch.setenv(name, value)
        yield stand_in
