"""What every reader of recordings must do, ours and a stranger's."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from backtrack_plugins.recordings import recording_from_bytes
from backtrack_plugins.testing.reading_suite import ReadingSuite

if TYPE_CHECKING:
    from backtrack_plugins.recording import Recording


class RecordingSuite(ReadingSuite):
    """Subclass it, name your reader, give it good files, and pytest runs what every reader must do.

    Attributes:
        reader: The reader's name.
        files: Good files by name: as a watch or an app writes them.
    """

    kind = "recording"
    running = "recorded"
    reader: ClassVar[str]

    @property
    def plugin_name(self) -> str:
        """The reader's name."""
        return self.reader

    def read(self, data: bytes, name: str) -> Recording:
        """Read a file with this reader, as the core does."""
        return recording_from_bytes(data, name, reader=self.reader)

    def assert_sound(self, answer: Recording) -> None:
        """Assert that times go forward, quantities are what they can be, and it says who read it."""
        assert answer.seconds >= 0
        assert answer.read_by, "read_by: say which reader it was, and which library it used"
        for lap in answer.laps:
            assert lap.seconds >= 0
            assert lap.metres is None or lap.metres >= 0
            assert lap.step_index is None or lap.step_index >= 0
        begun = [lap.start_seconds for lap in answer.laps]
        assert begun == sorted(begun), "laps: in the order in which they began"
        taken = [sample.seconds for sample in answer.samples]
        assert taken == sorted(taken), "samples: in the order of time"
        for sample in answer.samples:
            assert sample.seconds >= 0
            assert sample.heart_rate != 0, "heart_rate: None where it is not known"
            assert sample.metres_per_second is None or sample.metres_per_second >= 0

    def test_finds_something_in_a_good_file(self, good: str) -> None:
        """A good file takes time and has laps or samples in it."""
        recording = self.read(self.files[good], good)
        assert recording.file == good
        assert recording.seconds > 0
        assert recording.laps or recording.samples
