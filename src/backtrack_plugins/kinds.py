"""The kinds of plugins: what each is called, where it is found, and what its hook offers."""

from __future__ import annotations

from collections import namedtuple

TYPE_CHECKING = False  # typing itself costs 3 ms at every start, and nothing here needs it to run
if TYPE_CHECKING:
    from typing import Any


class Kind(namedtuple("Kind", "name said group hook home offers")):  # noqa: PYI024 - see above
    """A kind of plugin.

    Attributes:
        name: Such as ``exporter``.
        said: What one is called in a sentence.
        group: Its entry-point group.
        hook: The hook that offers its objects.
        home: The module of what the hook offers.
        offers: The class of what the hook offers.
    """

    __slots__ = ()

    name: str
    said: str
    group: str
    hook: str
    home: str
    offers: str

    @property
    def offered(self) -> type[Any]:
        """The class of what the hook offers; importing it brings msgspec, which listing does without."""
        import importlib

        found: type[Any] = getattr(importlib.import_module(self.home), self.offers)
        return found


def _kind(name: str, home: str, offers: str, said: str = "") -> Kind:
    project = "backtrack_plugins"
    return Kind(name, said or name, f"{project}.{name}s", f"backtrack_{name}s", f"{project}.{home}", offers)


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        _kind("exporter", "exporter", "Exporter"),
        _kind("importer", "importer", "Importer"),
        _kind("destination", "destination", "Destination"),
        _kind("recording", "recording", "RecordingReader", "reader of recordings"),
        _kind("check", "checks", "Check"),
        _kind("annotator", "annotator", "Annotator"),
    )
}
"""Every kind by its name."""
