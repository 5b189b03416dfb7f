"""A stand-in Strava for the tests of this plugin, and somebody who is signed in there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from backtrack_strava.testing import StravaStandIn


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
def strava(
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    no_keyring: None,  # noqa: ARG001 - sessions are kept in files
) -> Iterator[StravaStandIn]:
    """A stand-in Strava, to which every request goes; nobody is signed in."""
    from backtrack_strava.testing import StravaStandIn, environment

    with StravaStandIn() as stand_in:
        for name, value in environment(stand_in, data).items():
            monkeypatch.setenv(name, value)
        yield stand_in


@pytest.fixture
def account(strava: StravaStandIn, data: Path, monkeypatch: pytest.MonkeyPatch) -> StravaStandIn:
    """The same, with somebody signed in who allowed everything."""
    from backtrack_strava import uploading
    from backtrack_strava.testing import signed_in

    signed_in(strava, data)
    monkeypatch.setattr(uploading, "STEP_SECONDS", 0)  # the stand-in is never slow by itself
    return strava
