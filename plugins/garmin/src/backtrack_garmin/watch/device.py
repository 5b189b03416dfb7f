"""What a watch says about itself in ``GARMIN/GarminDevice.xml``: its model, and where new files go.

The file holds keys of the device, too. Nothing else is taken out of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

FILE = "GarminDevice.xml"

MOST_BYTES = 1_000_000
"""Those that we know of have a few ten thousand."""

_WORKOUTS = "FIT_TYPE_5"
"""A FIT file of type 5 is a workout."""

_INTO_THE_DEVICE = ("InputToUnit", "InputOutput")
_MOST_CHARACTERS = 60


class Device(NamedTuple):
    """What a watch says about itself.

    Attributes:
        model: Such as ``Forerunner 245 Music``; empty when it does not say.
        inboxes: Where it wants new workouts: paths from the volume's root, such as ``GARMIN/NewFiles``.
    """

    model: str = ""
    inboxes: tuple[str, ...] = ()


def describe(data: bytes) -> Device:
    """Read a ``GarminDevice.xml``; of one that cannot be read, nothing is known.

    >>> describe(b"<Device><Model><Description>Forerunner 55</Description></Model></Device>").model
    'Forerunner 55'
    """
    from xml.etree import ElementTree as ET  # here, since most commands need none

    text = data[: MOST_BYTES + 1].decode("utf-8-sig", "replace")
    # Without a DOCTYPE there are no entities that could grow.
    if len(data) > MOST_BYTES or "<!DOCTYPE" in text:
        return Device()
    try:
        root = ET.fromstring(text)  # noqa: S314 - see above
    except (ET.ParseError, ValueError):
        return Device()
    said = root.findtext("{*}Model/{*}Description", "")
    shown = "".join(character if character.isprintable() else " " for character in said)
    return Device(" ".join(shown.split())[:_MOST_CHARACTERS], tuple(_inboxes(root)))


def _inboxes(root: Element) -> Iterator[str]:
    for kind in root.findall(".//{*}DataType"):
        if kind.findtext("{*}Name") != _WORKOUTS:
            continue
        for file in kind.findall("{*}File"):
            path = file.findtext("{*}Location/{*}Path")
            if path and file.findtext("{*}TransferDirection") in _INTO_THE_DEVICE:
                yield path
