"""What every importer must do, ours and a stranger's."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from backtrack_plugins.errors import BacktrackError, CannotExport, InvalidWorkout, UnreadableInput
from backtrack_plugins.exporting import export
from backtrack_plugins.importing import import_bytes
from backtrack_plugins.mapping import from_json
from backtrack_plugins.page import parse
from backtrack_plugins.testing import installed
from backtrack_plugins.testing.samples import SAMPLE_ATHLETE, SAMPLES
from backtrack_plugins.testing.suite import PluginSuite
from backtrack_plugins.writing import to_json, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.importer import Imported, Importer
    from backtrack_plugins.workout import Workout

_HEAD = 256
"""Bytes of a file that an importer is shown to say whether it knows it."""

_MEBIBYTE = 1024 * 1024
_DAMAGED = "damaged-17.bin"
_PLACES = 64
"""Places at which a file is cut, and at which a bit is flipped; every one of a file as short as that."""

NEVER_OURS: dict[str, bytes] = {
    "nothing at all": b"",
    "a page": SAMPLES["first-timer"].encode(),
    "a picture": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(17),
    "some JSON": b'{"name": "Easy", "steps": []}\n',
    "zeros": bytes(_HEAD),
}
"""Beginnings of files that no importer of workouts knows."""

OTHERS: dict[str, bytes] = {
    ".fit": bytes.fromhex("0e206c0864000000") + b".FIT" + bytes(20),
    ".zwo": b"<workout_file>\n    <author></author>\n",
    ".gpx": b'<?xml version="1.0"?>\n<gpx version="1.1">\n',
    ".tcx": b'<?xml version="1.0"?>\n<TrainingCenterDatabase>\n',
    ".ics": b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n",
    ".csv": b"start_s,seconds,metres\n0.0,60.0,\n",
    ".html": b"<!DOCTYPE html>\n<html><head>\n",
    ".zip": b"PK\x03\x04\x14\x00\x00\x00\x08\x00",
}
"""Beginnings of files of other formats, by what their names end in."""


class ImporterSuite(PluginSuite):
    """Subclass it, name your importer, give it good files, and pytest runs what every importer must do.

    Attributes:
        importer: The importer's name.
        files: Good files by name: as other programs write them, or as your exporter does.
        athlete: With whose values an exporter of the same name writes the samples.
    """

    kind = "importer"
    importer: ClassVar[str]
    files: ClassVar[Mapping[str, bytes]]
    athlete: ClassVar[Athlete] = SAMPLE_ATHLETE

    @property
    def plugin_name(self) -> str:
        """The importer's name."""
        return self.importer

    @property
    def round_trip(self) -> bool:
        """Whether an exporter of the same name is installed, so that what it writes must be read."""
        return self.importer in installed.names("exporter")

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run what is asked of a good file for each of them."""
        if "good" in metafunc.fixturenames:
            metafunc.parametrize("good", list(getattr(metafunc.cls, "files", ())))

    @pytest.fixture
    def offered(self) -> Importer:
        """The installed importer."""
        found: Importer = installed.plugin("importer", self.importer)
        return found

    def read(self, data: bytes, name: str) -> Imported:
        """Read a file with this importer, as the core does."""
        return import_bytes(data, name, importer=self.importer)

    def test_describes_itself(self, offered: Importer) -> None:
        """Name, summary and suffix can be shown in a list."""
        assert offered.name == self.importer
        assert offered.summary
        assert "\n" not in offered.summary
        assert offered.suffix.startswith(".")

    def test_has_good_files(self) -> None:
        """Without a file that it reads, an importer that reads nothing would pass."""
        assert getattr(self, "files", {}), "files: give it at least one good file, by name"

    def test_recognises_a_good_file_by_its_first_bytes(self, good: str, offered: Importer) -> None:
        """A runner need not say what a file is."""
        assert offered.recognise(self.files[good][:_HEAD])

    @pytest.mark.parametrize("what", NEVER_OURS)
    def test_does_not_recognise_what_is_none(self, what: str, offered: Importer) -> None:
        """A file that two importers know can be read by neither."""
        assert not offered.recognise(NEVER_OURS[what][:_HEAD])

    @pytest.mark.parametrize("suffix", OTHERS)
    def test_does_not_recognise_another_format(self, suffix: str, offered: Importer) -> None:
        """Nor one that belongs to somebody else."""
        if offered.suffix == suffix:
            pytest.skip("this may be its own")
        assert not offered.recognise(OTHERS[suffix][:_HEAD])

    def test_does_not_recognise_what_another_plugin_writes(self, offered: Importer) -> None:
        """Nor what an exporter of another name writes, of those that are installed."""
        for name, data in _written_by_others(self.importer, self.athlete):
            assert not offered.recognise(data[:_HEAD]), f"it takes what {name} writes for its own"

    def test_reads_a_good_file_to_a_workout_of_the_core(self, good: str) -> None:
        """What was read can be written as a page and as JSON, and both read back the same."""
        imported = self.read(self.files[good], good)
        _assert_one_of_the_cores(imported.workout)
        for loss in imported.losses:
            assert loss.what
            assert loss.instead

    def test_reads_the_same_everywhere(self) -> None:
        """No clock, locale, time zone or hash seed stands in a workout."""
        self.assert_same_everywhere("imported", self.importer, dict(self.files))

    def test_tells_a_file_that_was_cut_short(self, good: str) -> None:
        """It reads what is whole of it, or says that it is damaged; nothing else is raised."""
        data = self.files[good]
        for length in _places(len(data)):
            self.assert_read_or_told(data[:length], f"cut after {length} bytes")

    def test_tells_a_file_that_was_damaged(self, good: str) -> None:
        """So it does when a bit is another."""
        data = self.files[good]
        for number, place in enumerate(_places(len(data))):
            flipped = bytearray(data)
            flipped[place] ^= 1 << number % 8
            self.assert_read_or_told(bytes(flipped), f"with byte {place} changed")

    def test_tells_a_file_that_is_something_else(self) -> None:
        """So it does when asked by name to read what was never its own."""
        strange = random.Random(0)  # noqa: S311 - the same bytes each time are wanted
        for what, data in {**NEVER_OURS, **OTHERS}.items():
            self.assert_read_or_told(data, f"given {what}")
        self.assert_read_or_told(bytes(_MEBIBYTE), "given 1 MiB of zeros")
        self.assert_read_or_told(strange.randbytes(_MEBIBYTE), "given 1 MiB of noise")
        for name, data in self.files.items():
            self.assert_read_or_told(
                data[:64] + strange.randbytes(4096), f"given noise that begins as {name}"
            )

    def assert_read_or_told(self, data: bytes, how: str) -> None:
        """Assert that bytes become a Workout of the core, or a refusal that names the file."""
        answer = self._answer(data, how)
        if isinstance(answer, UnreadableInput):
            assert _DAMAGED in str(answer), f"{how}, it does not name the file: {answer}"
        elif isinstance(answer, InvalidWorkout):
            assert answer.problems, f"{how}, it refuses without a problem"
        else:
            _assert_one_of_the_cores(answer)

    def _answer(self, data: bytes, how: str) -> Workout | UnreadableInput | InvalidWorkout:
        try:
            return self.read(data, _DAMAGED).workout
        except (UnreadableInput, InvalidWorkout) as refusal:
            return refusal
        except Exception as error:
            told = f"{type(error.__cause__ or error).__name__}: {error.__cause__ or error}"
            raise AssertionError(
                f"{how}, it fails with {told}; it raises UnreadableInput for a damaged file"
            ) from error

    def test_opens_no_connection_starts_no_process_and_writes_no_file(
        self, good: str, tmp_path: Path
    ) -> None:
        """Reading asks and changes nothing of the world outside, and the file least of all."""
        file = tmp_path / "good" / good
        file.parent.mkdir()
        file.write_bytes(self.files[good])
        before = file.stat()
        self.assert_keeps_to_itself("imported_from", str(file), self.importer)
        after = file.stat()
        assert (after.st_mtime_ns, after.st_mode) == (before.st_mtime_ns, before.st_mode)
        assert file.read_bytes() == self.files[good]
        assert [path.name for path in file.parent.iterdir()] == [good]

    @pytest.mark.parametrize("sample", SAMPLES)
    def test_reads_back_what_the_exporter_of_its_name_wrote(self, sample: str) -> None:
        """Where an exporter of the same name is installed, every sample comes back as it was authored."""
        if not self.round_trip:
            pytest.skip("no exporter has this name")
        workout = parse(SAMPLES[sample])
        try:
            artifact = export(workout, self.importer, self.athlete)
        except CannotExport:
            pytest.skip(f"{self.importer} says that it cannot carry {sample}")
        assert self.read(artifact.data, artifact.name).workout == workout


def _assert_one_of_the_cores(workout: Workout) -> None:
    read: Any = parse(write(workout))
    assert read == workout, "what it read is not the same once written as a page"
    assert from_json(to_json(workout)) == workout, "what it read is not the same once written as JSON"


def _places(length: int) -> list[int]:
    """Places in a file, spread over it, its first and its last bytes among them; the end is none."""
    if length <= _PLACES:
        return list(range(length))
    spread = {length * number // _PLACES for number in range(_PLACES)}
    return sorted(spread | {1, 2, 3, length - 2, length - 1})


def _written_by_others(own: str, athlete: Athlete) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of a sample, from each other exporter; one that fails is its own suite's matter."""
    for name in installed.names("exporter"):
        if name == own:
            continue
        try:
            yield name, export(parse(SAMPLES["forward-only"]), name, athlete).data
        except BacktrackError:
            continue
