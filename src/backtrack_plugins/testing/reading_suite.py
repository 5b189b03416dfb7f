"""What everything that reads a stranger's file must do: importers and readers of recordings alike."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from backtrack_plugins.errors import UnreadableInput, UsageError, WorkoutProblems
from backtrack_plugins.recognising import HEAD_BYTES
from backtrack_plugins.testing import installed
from backtrack_plugins.testing.samples import SAMPLES
from backtrack_plugins.testing.suite import PluginSuite

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_MEBIBYTE = 1024 * 1024
_DAMAGED = "damaged-17.bin"
_PLACES = 64
"""Places at which a file is cut, and at which a bit is flipped; every one of a file as short as that."""

NEVER_OURS: dict[str, bytes] = {
    "nothing at all": b"",
    "a page": SAMPLES["first-timer"].encode(),
    "a picture": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(17),
    "some JSON": b'{"name": "Easy", "steps": []}\n',
    "zeros": bytes(HEAD_BYTES),
}
"""Beginnings of files that no reader of workouts or recordings knows."""

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


class ReadingSuite(PluginSuite):
    """The part that `ImporterSuite` and `RecordingSuite` share.

    Attributes:
        files: Good files by name: as other programs write them.
        running: The function of `running` that reads files with it, and says what came out.
    """

    files: ClassVar[Mapping[str, bytes]]
    running: ClassVar[str]

    @property
    def settings(self) -> tuple[Any, ...]:
        """What a function of `running` gets beside the files."""
        return ()

    def may_ask(self) -> bool:
        """Whether it may ask for what a file leaves open, with a UsageError."""
        return False

    def read(self, data: bytes, name: str) -> Any:
        """Read a file with this plugin, as the core does."""
        raise NotImplementedError

    def assert_sound(self, answer: Any) -> None:
        """Assert that what was read can be used."""
        raise NotImplementedError

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run what is asked of a good file for each of them."""
        if "good" in metafunc.fixturenames:
            metafunc.parametrize("good", list(getattr(metafunc.cls, "files", ())))

    @pytest.fixture
    def offered(self) -> Any:
        """What the installed plugin offers."""
        return installed.plugin(self.kind, self.plugin_name)

    def test_describes_itself(self, offered: Any) -> None:
        """Name, summary and suffix can be shown in a list."""
        assert offered.name == self.plugin_name
        assert offered.summary
        assert "\n" not in offered.summary
        assert offered.suffix.startswith(".")

    def test_has_good_files(self) -> None:
        """There is at least one good file: a plugin that reads nothing would pass the rest."""
        assert getattr(self, "files", {}), "files: give it at least one good file, by name"

    def test_recognises_a_good_file_by_its_first_bytes(self, good: str, offered: Any) -> None:
        """A good file is recognised by its first bytes."""
        assert offered.recognise(self.files[good][:HEAD_BYTES])

    @pytest.mark.parametrize("what", NEVER_OURS)
    def test_does_not_recognise_what_is_none(self, what: str, offered: Any) -> None:
        """What is no workout and no recording is not recognised."""
        assert not offered.recognise(NEVER_OURS[what][:HEAD_BYTES])

    @pytest.mark.parametrize("suffix", OTHERS)
    def test_does_not_recognise_another_format(self, suffix: str, offered: Any) -> None:
        """Files of other formats are not recognised."""
        if offered.suffix == suffix:
            pytest.skip("this may be its own")
        assert not offered.recognise(OTHERS[suffix][:HEAD_BYTES])

    def test_reads_a_good_file(self, good: str) -> None:
        """A good file is read, and what was read can be used."""
        self.assert_sound(self.read(self.files[good], good))

    def test_reads_the_same_everywhere(self) -> None:
        """No clock, locale, time zone or hash seed stands in what was read."""
        self.assert_same_everywhere(self.running, self.plugin_name, dict(self.files), *self.settings)

    def test_tells_a_file_that_was_cut_short(self, good: str) -> None:
        """A file that was cut short is read as far as it is whole, or refused by its name."""
        data = self.files[good]
        for length in _places(len(data)):
            self.assert_read_or_told(data[:length], f"cut after {length} bytes")

    def test_tells_a_file_that_was_damaged(self, good: str) -> None:
        """A file in which one bit is another is read, or refused by its name."""
        data = self.files[good]
        for number, place in enumerate(_places(len(data))):
            flipped = bytearray(data)
            flipped[place] ^= 1 << number % 8
            self.assert_read_or_told(bytes(flipped), f"with byte {place} changed")

    def test_tells_a_file_that_is_something_else(self) -> None:
        """What was never its own is refused by its name, however large."""
        strange = random.Random(0)  # noqa: S311 - the same bytes each time are wanted
        for what, data in {**NEVER_OURS, **OTHERS}.items():
            self.assert_read_or_told(data, f"given {what}")
        self.assert_read_or_told(bytes(_MEBIBYTE), "given 1 MiB of zeros")
        self.assert_read_or_told(strange.randbytes(_MEBIBYTE), "given 1 MiB of noise")
        for name, data in self.files.items():
            self.assert_read_or_told(
                data[:64] + strange.randbytes(4096), f"given noise that begins as {name}"
            )
            often = _MEBIBYTE // max(1, len(data)) + 1
            self.assert_read_or_told(data * often, f"given {name} again and again, to over 1 MiB")

    def assert_read_or_told(self, data: bytes, how: str) -> None:
        """Assert that bytes become something sound, or a refusal that names the file."""
        try:
            answer = self.read(data, _DAMAGED)
        except UnreadableInput as refusal:
            assert _DAMAGED in str(refusal), f"{how}, it does not name the file: {refusal}"  # noqa: PT017 - some are read
        except WorkoutProblems as refusal:
            assert refusal.problems, f"{how}, it refuses without a problem"  # noqa: PT017
        except UsageError as question:
            assert self.may_ask(), f"{how}, it asks for what it does not declare: {question}"  # noqa: PT017
        except Exception as error:
            told = f"{type(error.__cause__ or error).__name__}: {error.__cause__ or error}"
            raise AssertionError(
                f"{how}, it fails with {told}; it raises UnreadableInput for a damaged file"
            ) from error
        else:
            self.assert_sound(answer)

    def test_opens_no_connection_starts_no_process_and_writes_no_file(
        self, good: str, tmp_path: Path
    ) -> None:
        """Reading opens no connection, starts no process and writes no file, its own least of all."""
        file = tmp_path / "good" / good
        file.parent.mkdir()
        file.write_bytes(self.files[good])
        before = file.stat()
        self.assert_keeps_to_itself(f"{self.running}_from", str(file), self.plugin_name, *self.settings)
        after = file.stat()
        assert (after.st_mtime_ns, after.st_mode) == (before.st_mtime_ns, before.st_mode)
        assert file.read_bytes() == self.files[good]
        assert [path.name for path in file.parent.iterdir()] == [good]


def _places(length: int) -> list[int]:
    """Places in a file, spread over it, its first and its last bytes among them; the end is none."""
    if length <= _PLACES:
        return list(range(length))
    spread = {length * number // _PLACES for number in range(_PLACES)}
    return sorted(spread | {1, 2, 3, length - 2, length - 1})
