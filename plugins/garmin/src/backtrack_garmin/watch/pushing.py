"""Putting files on a watch that gvfs mounts.

MTP moves whole files. gvfs writes into one only where the device has Android's additions to MTP, which
Garmin's have not (``do_create`` in ``daemon/gvfsbackendmtp.c``): opening a file to write to it fails
there, and so does renaming. Its own ``gio copy`` hands the whole file over, and reading works as ever.
"""

from __future__ import annotations

import os
import tempfile
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from backtrack_garmin.watch.contents import content
from backtrack_garmin.watch.steps import WITHOUT_GIO
from backtrack_plugins import ByHand, DeliveryError, deliver_into

if TYPE_CHECKING:
    from collections.abc import Callable

    from backtrack_plugins import DeliveryRequest, Receipt

MOST_SECONDS = 120
"""Longest that one file may take; those of workouts have a few thousand bytes."""


class _Pushed(NamedTuple):
    """A file that is being put on the watch, and what stood there before."""

    path: str
    before: bytes | None


def push_into(request: DeliveryRequest, folder: str, *, ours: Callable[[str, bytes], bool]) -> list[Receipt]:
    """Do what `deliver_into` does, with ``gio copy``.

    Raises:
        ByHand: when there is no ``gio``.
        DeliveryError: when it fails, or what is read back differs; what stood there before stands there
            again, or the message says what does not.
    """
    planned = deliver_into(msgspec.structs.replace(request, dry_run=True), folder, ours=ours)
    going = {
        receipt.where: artifact.data
        for artifact, receipt in zip(request.artifacts, planned, strict=True)
        if receipt.state != "unchanged"
    }
    gio = _gio(folder) if going else ""
    if request.dry_run:
        return planned
    _push_all(gio, going)
    return [
        msgspec.structs.replace(receipt, sha256=sha256(artifact.data).hexdigest())
        for artifact, receipt in zip(request.artifacts, planned, strict=True)
    ]


def _gio(folder: str) -> str:
    import shutil

    found = shutil.which("gio")
    if found is None:
        raise ByHand(
            f"the watch is mounted as an MTP device, at {folder}, and the program gio, which can put files "
            "there, is not installed (Debian and Ubuntu have it in libglib2.0-bin).",
            steps=WITHOUT_GIO,
            opens=True,
            path=folder,
            plugin="garmin-watch",
        )
    return found


def _push_all(gio: str, going: dict[str, bytes]) -> None:
    begun: list[_Pushed] = []
    try:
        for path, data in going.items():
            begun.append(_Pushed(path, content(path)))
            _push(gio, path, data)
    except DeliveryError as error:
        stuck = _put_back(gio, begun)
        left = f" {', '.join(stuck)}: not as before; look there." if stuck else ""
        raise DeliveryError(f"{error}{left}", **error.details) from None
    except BaseException:
        _put_back(gio, begun)
        raise


def _push(gio: str, path: str, data: bytes) -> None:
    """Put one file there, and read it back."""
    _remove(path)
    with tempfile.TemporaryDirectory(prefix="backtrack-") as folder:
        source = os.path.join(folder, os.path.basename(path))
        with open(source, "wb") as file:
            file.write(data)
        _copy(gio, source, path)
    if content(path) != data:
        raise DeliveryError(
            f"{path}: what is read back is not what was written. Check the cable, and send it again.",
            path=path,
        )


def _copy(gio: str, source: str, path: str) -> None:
    import subprocess

    try:
        done = subprocess.run(  # noqa: S603 - the system's own gio, and paths that are no options
            [gio, "copy", source, os.path.realpath(path)],  # only by that does gio know the mount
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=MOST_SECONDS,
            check=False,
        )
        failed, said = done.returncode != 0, " ".join(done.stderr.decode("utf-8", "replace").split())
    except (OSError, subprocess.TimeoutExpired) as error:
        failed, said = True, str(error)
    if failed:
        raise DeliveryError(
            f"{path}: gio could not put it on the watch: {said or 'it did not say why'}. Check the cable, "
            "open the watch in the file manager once, and send it again.",
            path=path,
        )


def _remove(path: str) -> None:
    """Take away what stands there: the system remembers a file's length for a while, of the new one, too."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise DeliveryError(f"{path}: {reason}. Check the cable, and send it again.", path=path) from None


def _put_back(gio: str, begun: list[_Pushed]) -> list[str]:
    """Make everything as it was; the paths where that could not be done."""
    stuck = []
    for path, before in reversed(begun):
        try:
            if before is None:
                _remove(path)
            elif content(path) != before:
                _push(gio, path, before)
        except (DeliveryError, OSError):
            stuck.append(path)
    return stuck
