"""Reading recordings: a recorded file to a Recording, through a reader that a plugin offers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from backtrack_plugins.calling import DISABLE, Asked
from backtrack_plugins.errors import UnreadableInput, UsageError
from backtrack_plugins.kinds import KINDS
from backtrack_plugins.reading import read_bytes
from backtrack_plugins.recognising import HEAD_BYTES, naming, recognised
from backtrack_plugins.recording import Recording
from backtrack_plugins.registry import installed

if TYPE_CHECKING:
    from backtrack_plugins.registry import Registry

MOST_BYTES = 64 << 20
"""No larger recording is read; a day of samples each second takes 2 to 4 MiB in a FIT file."""


def read_recording(
    path: str | os.PathLike[str], *, reader: str | None = None, registry: Registry | None = None
) -> Recording:
    """Read the file of a recorded activity.

    Args:
        path: The file, of at most 64 MiB; it is never changed.
        reader: An installed reader's name; found by the file's first bytes when left out.
        registry: Where readers are looked up.

    Raises:
        UnreadableInput: when the file is missing, damaged, no recording, or no reader knows it.
        PluginError: when the plugin is missing, disabled, clashing or broken.
    """
    name = os.fspath(path)
    data = read_bytes(name, most=MOST_BYTES, what="recording")
    return recording_from_bytes(data, name, reader=reader, registry=registry)


def recording_from_bytes(
    data: bytes, name: str, *, reader: str | None = None, registry: Registry | None = None
) -> Recording:
    """Read the bytes of a recorded activity.

    Args:
        data: The bytes.
        name: A name for messages.
        reader: An installed reader's name; found by the first bytes when left out.
        registry: Where readers are looked up.

    Raises:
        UnreadableInput: when the bytes are damaged, no recording, or no reader knows them.
        PluginError: when the plugin is missing, disabled, clashing or broken.
    """
    registry = registry or installed()
    if not data:
        raise UnreadableInput(
            f"{name}: an empty file. Copy or download it again; nothing was read.", file=name
        )
    if reader is not None:
        chosen = registry.recording_reader(reader)
    else:
        chosen = recognised(
            data,
            name,
            "recording",
            registry.recording_reader,
            registry,
            otherwise="A recording is what the watch saved after the workout.",
            which=f"leave the others out by their names, with commas between: {DISABLE}=NAME",
        )
    asked = Asked(KINDS["recording"], chosen.name, name)
    with naming(name):
        answer = asked.call(lambda: chosen.read(data, name))
    return asked.returned(answer, Recording)


def is_recording(path: str | os.PathLike[str], registry: Registry | None = None) -> bool:
    """Whether some reader knows a file by its first bytes; whether it can read it is another matter.

    A reader that fails at it knows nothing; `read_recording` says what is wrong with it.
    """
    registry = registry or installed()
    try:
        with open(path, "rb") as file:
            head = file.read(HEAD_BYTES)
        recognised(head, "", "recording", registry.recording_reader, registry, otherwise="", which="")
    except (OSError, UnreadableInput):
        return False
    except UsageError:  # several know it
        return True
    return True
