"""What the suites have a fresh interpreter do. All is imported where it is used, and pytest nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.exporter import Artifact
    from backtrack_plugins.reviewed import Review
    from backtrack_plugins.timeline import Timeline

REFUSED = "refused"
"""Stands where a file or a workout was refused, as it may be."""


def nothing() -> None:
    """Import what the core imports to export something, and no plugin."""
    import backtrack_plugins.exporting
    import backtrack_plugins.hookspecs  # noqa: F401 - that it is imported is the point


def listed(kind: str, name: str) -> str:
    """Look for a name in the list of plugins, as ``backtrack formats`` does; return its module."""
    from backtrack_plugins.testing.installed import module_of

    return module_of(kind, name)


def exported(
    format: str,  # noqa: A002 - the word of the command line
    pages: Mapping[str, str],
    athlete: Athlete | None,
    options: Mapping[str, Any],
) -> dict[str, str]:
    """SHA-256 of the bytes of each page in a format, by the page's name."""
    import hashlib

    from backtrack_plugins.errors import CannotExport
    from backtrack_plugins.exporting import export
    from backtrack_plugins.page import parse

    found = {}
    for name, page in pages.items():
        try:
            artifact = export(parse(page), format, athlete, options=options)
        except CannotExport:
            found[name] = REFUSED
        else:
            found[name] = hashlib.sha256(artifact.data).hexdigest()
    return found


def imported(
    importer: str,
    files: Mapping[str, bytes],
    athlete: Athlete | None = None,
    options: Mapping[str, Any] | None = None,
) -> dict[str, str]:
    """What an importer makes of each file: the workout's JSON and the losses, by the file's name."""
    from backtrack_plugins.errors import InvalidWorkout, UnreadableInput
    from backtrack_plugins.importing import import_bytes
    from backtrack_plugins.writing import to_json

    found = {}
    for name, data in files.items():
        try:
            read = import_bytes(data, name, importer=importer, athlete=athlete, options=options)
        except (InvalidWorkout, UnreadableInput):
            found[name] = REFUSED
        else:
            found[name] = "\n".join([to_json(read.workout).decode(), *map(str, read.losses)])
    return found


def imported_from(
    path: str, importer: str, athlete: Athlete | None = None, options: Mapping[str, Any] | None = None
) -> None:
    """Read a file where it lies, as ``backtrack import`` does."""
    import warnings

    from backtrack_plugins.importing import import_file

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # losses; how they are told is another test's
        import_file(path, importer=importer, athlete=athlete, options=options)


def checked(
    check: str, pages: Sequence[str], athlete: Athlete | None, levels: Sequence[str | None]
) -> list[list[str]]:
    """What one check says to each page at each level: a text for each problem."""
    from backtrack_plugins.page import parse
    from backtrack_plugins.testing.asking import said_by

    return [
        [repr(problem) for problem in said_by(check, parse(page), athlete, level)]
        for page in pages
        for level in levels
    ]


def recorded(reader: str, files: Mapping[str, bytes]) -> dict[str, str]:
    """What a reader of recordings makes of each file, as a text, by the file's name."""
    from backtrack_plugins.errors import UnreadableInput
    from backtrack_plugins.recordings import recording_from_bytes

    found = {}
    for name, data in files.items():
        try:
            found[name] = repr(recording_from_bytes(data, name, reader=reader))
        except UnreadableInput:
            found[name] = REFUSED
    return found


def recorded_from(path: str, reader: str) -> None:
    """Read a recording where it lies."""
    from backtrack_plugins.recordings import read_recording

    read_recording(path, reader=reader)


def annotated(
    annotator: str, pages: Mapping[str, str], athlete: Athlete | None
) -> dict[str, list[tuple[str, str]]]:
    """Titles and texts of each page in the words of an annotator, planned and done, by the page's name."""
    from backtrack_plugins.annotating import annotate
    from backtrack_plugins.page import parse
    from backtrack_plugins.testing.reviews import reviews_of
    from backtrack_plugins.timeline import expand

    found = {}
    for name, page in pages.items():
        timeline = expand(parse(page), athlete)
        of: list[Timeline | Review] = [timeline, *reviews_of(timeline).values()]
        written = [annotate(each, annotator=annotator, athlete=athlete) for each in of]
        found[name] = [(words.title, words.text) for words in written]
    return found


def delivered(artifacts: Sequence[Artifact], destination: str, at: str, options: Mapping[str, Any]) -> None:
    """Deliver artifacts, as ``backtrack send`` does."""
    from backtrack_plugins.delivering import deliver

    deliver(artifacts, destination, at=at, options=options)


def spliced(
    format: str,  # noqa: A002 - the word of the command line
    runs: Mapping[str, bytes],
    athlete: Athlete | None,
    options: Mapping[str, Any],
) -> dict[str, str]:
    """SHA-256 of the bytes of each file once a block of each kind was put into it, by both their names."""
    import hashlib

    from backtrack_plugins.page import parse
    from backtrack_plugins.testing.splicing_blocks import BLOCKS, joined_at, put, run_file

    found = {}
    for name, data in runs.items():
        run = run_file(format, data, name, athlete, options)
        for block, page in BLOCKS.items():
            made = put(joined_at(run, parse(page), 0, athlete), athlete, options)
            found[f"{name} {block}"] = hashlib.sha256(made.artifact.data).hexdigest()
    return found
