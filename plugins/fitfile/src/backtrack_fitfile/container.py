"""A file's bytes to the FIT files in it: unpacked, whole, and no larger than a recording can be.

Several FIT files may stand one after the other in one file; each has a header that says how long it
is. Sizes and header fields are those of Garmin's FIT protocol description.
"""

from __future__ import annotations

from typing import NoReturn

from backtrack_fitfile.values import shown
from backtrack_plugins import UnreadableInput

MOST_BYTES = 64 * 1024 * 1024
"""Bytes of the largest file, unpacked: our choice. At 100 bytes a second it is more than a week."""

MOST_PARTS = 100
"""FIT files in one file: our choice; more than a few were never reported."""

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_ZIP_NAME_LENGTH, _ZIP_NAME = slice(26, 28), 30
"""Where an archive's first entry has the length of its name, and the name."""
_SIGNATURE = b".FIT"
_SHORTEST_HEADER = 12
_LONGEST_NAME = 100
_CHECKSUM_BYTES = 2
_AGAIN = "Copy or download it again; nothing was read."


def is_fit(head: bytes) -> bool:
    r"""Whether a file that begins so is a FIT file, or one packed with gzip or ZIP.

    A ZIP archive is known here, so that who gives one is told what to do.

    >>> is_fit(b"\x0e\x20\x00\x00\x10\x00\x00\x00.FIT"), is_fit(b"<gpx>")
    (True, False)
    """
    if head.startswith(_ZIP):
        length = int.from_bytes(head[_ZIP_NAME_LENGTH], "little")
        return head[_ZIP_NAME : _ZIP_NAME + length].lower().endswith(b".fit")
    if head.startswith(_GZIP):
        head = _first_bytes(head)
    return head[8:_SHORTEST_HEADER] == _SIGNATURE


def parts(data: bytes, name: str) -> list[bytes]:
    """The FIT files in a file, each whole by its header; their checksums were not looked at.

    Args:
        data: The file.
        name: Its name, for messages.

    Raises:
        UnreadableInput: when it is too large, cut off, or no FIT file.
    """
    data = _unpacked(data, name)
    if data.startswith(_ZIP) or not is_fit(data):
        _refuse_other(data, name)
    found: list[bytes] = []
    while data:
        if len(found) == MOST_PARTS:
            raise UnreadableInput(
                f"{name}: more than {MOST_PARTS} FIT files in one, which no recording is. Nothing was read."
            )
        length = _length(data, name)
        found.append(data[:length])
        data = data[length:]
    return found


def _first_bytes(head: bytes) -> bytes:
    import zlib

    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, _SHORTEST_HEADER)
    except zlib.error:
        return b""


def _unpacked(data: bytes, name: str) -> bytes:
    if data.startswith(_GZIP):
        import gzip
        import io
        import zlib

        try:
            # Reading stops at the limit, however much more there would be.
            data = gzip.GzipFile(fileobj=io.BytesIO(data)).read(MOST_BYTES + 1)
        except EOFError:
            raise UnreadableInput(f"{name}: a truncated gzip file: its end is missing. {_AGAIN}") from None
        except (OSError, zlib.error) as error:
            raise UnreadableInput(f"{name}: a damaged gzip file: {error}. {_AGAIN}") from None
    if len(data) > MOST_BYTES:
        raise UnreadableInput(
            f"{name}: larger than {MOST_BYTES // 1024**2} MiB, which no recording is. Nothing was read."
        )
    return data


def _refuse_other(data: bytes, name: str) -> NoReturn:
    if not data:
        raise UnreadableInput(f"{name}: an empty file. {_AGAIN}")
    if len(data) < _SHORTEST_HEADER:
        raise UnreadableInput(f"{name}: no FIT file, or the first bytes of one. {_AGAIN}")
    if data.startswith(_ZIP):
        raise UnreadableInput(f"{name}: a ZIP archive. Unpack it and give {_packed(data)}.")
    raise UnreadableInput(f"{name}: no FIT file. Give the .fit or .fit.gz file that the watch recorded.")


def _packed(data: bytes) -> str:
    """What of an archive is to be given."""
    import io
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [shown(name) for name in archive.namelist() if name.lower().endswith((".fit", ".fit.gz"))]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        names = []
    if len(names) == 1 and len(names[0]) <= _LONGEST_NAME:
        return f"{names[0]}, which is in it"
    return "one of the .fit files that are in it" if names else "the .fit file that is in it"


def _length(data: bytes, name: str) -> int:
    """The bytes of the first FIT file, by its header."""
    header_bytes = data[0]
    if data[8:_SHORTEST_HEADER] != _SIGNATURE or header_bytes < _SHORTEST_HEADER:
        raise UnreadableInput(
            f"{name}: a damaged FIT file: where a header should be is something else. {_AGAIN}"
        )
    record_bytes = int.from_bytes(data[4:8], "little")
    if record_bytes == 0:
        raise UnreadableInput(
            f"{name}: a FIT file that was never finished: its header says that nothing follows. "
            "Save the activity on the watch or in the app, and copy it then."
        )
    announced = header_bytes + record_bytes + _CHECKSUM_BYTES
    if len(data) < announced:
        raise UnreadableInput(
            f"{name}: a truncated FIT file: its header announces {announced} bytes, "
            f"and {len(data)} are there. {_AGAIN}"
        )
    return announced
