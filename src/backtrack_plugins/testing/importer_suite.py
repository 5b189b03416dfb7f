"""What every importer must do, ours and a stranger's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
import pytest

from backtrack_plugins.errors import BacktrackError, CannotExport, UnreadableInput
from backtrack_plugins.exporting import export
from backtrack_plugins.importing import import_bytes
from backtrack_plugins.mapping import from_json
from backtrack_plugins.page import parse
from backtrack_plugins.recognising import HEAD_BYTES
from backtrack_plugins.testing import installed
from backtrack_plugins.testing.hostile_xml import SECRET, deformed, is_xml, with_doctype
from backtrack_plugins.testing.reading_suite import ReadingSuite
from backtrack_plugins.testing.samples import SAMPLE_ATHLETE, SAMPLES
from backtrack_plugins.writing import to_json, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.importer import Imported


class ImporterSuite(ReadingSuite):
    """Subclass it, name your importer, give it good files, and pytest runs what every importer must do.

    Attributes:
        importer: The importer's name.
        files: Good files by name: as other programs write them, or as your exporter does.
        options: Options to run the suite with; subclass once for each set worth trying.
        athlete: Whose values the importer may see, and an exporter of the same name, for the samples.
    """

    kind = "importer"
    running = "imported"
    importer: ClassVar[str]
    options: ClassVar[Mapping[str, Any]] = {}
    athlete: ClassVar[Athlete] = SAMPLE_ATHLETE

    @property
    def plugin_name(self) -> str:
        """The importer's name."""
        return self.importer

    @property
    def round_trip(self) -> bool:
        """Whether an exporter of the same name is installed, so that what it writes must be read."""
        return self.importer in installed.names("exporter")

    def read(self, data: bytes, name: str) -> Imported:
        """Read a file with this importer, as the core does."""
        return import_bytes(data, name, importer=self.importer, athlete=self.athlete, options=self.options)

    @property
    def settings(self) -> tuple[Any, ...]:
        """The athlete and the options, for another interpreter."""
        return self.athlete, dict(self.options)

    def may_ask(self) -> bool:
        """Whether it declares options or values of the athlete, and so may ask for one of them."""
        offered = installed.plugin(self.kind, self.plugin_name)
        return bool(offered.options or offered.needs)

    def assert_sound(self, answer: Imported) -> None:
        """Assert that what was read is the same once written as a page and as JSON; and its losses."""
        workout: Any = answer.workout
        assert parse(write(workout)) == workout, "what it read is not the same once written as a page"
        assert from_json(to_json(workout)) == workout, "what it read is not the same once written as JSON"
        for loss in answer.losses:
            assert loss.what
            assert loss.instead

    def test_describes_itself(self, offered: Any) -> None:
        """Name, summary and suffix can be shown in a list, and every option has a default."""
        super().test_describes_itself(offered)
        if offered.options is not None:
            assert msgspec.convert({}, offered.options) == offered.options()

    def test_refuses_xml_with_a_doctype(self, good: str, tmp_path: Path) -> None:
        """XML with a DOCTYPE, by which a reader opens other files or takes all memory, is refused."""
        for what, data in with_doctype(self._xml(good), _another_file(tmp_path)).items():
            try:
                self.read(data, good)
            except UnreadableInput as refusal:
                assert good in str(refusal), f"given {what}, it does not name the file: {refusal}"  # noqa: PT017
                assert SECRET not in str(refusal), f"given {what}, it opened another file"  # noqa: PT017
            except Exception as error:
                raise AssertionError(
                    f"given {what}, it fails with {error}; UnreadableInput is wanted"
                ) from error
            else:
                raise AssertionError(f"given {what}, it reads the file")

    def test_tells_xml_that_was_deformed(self, good: str, tmp_path: Path) -> None:
        """XML that nests without end, lies about its encoding or includes another file is read or refused."""
        for what, data in deformed(self._xml(good), _another_file(tmp_path)).items():
            self.assert_read_or_told(data, f"given {what}")
            try:
                told = repr(self.read(data, good))
            except BacktrackError as refusal:
                told = str(refusal)
            assert SECRET not in told, f"given {what}, it opened another file"

    def _xml(self, good: str) -> bytes:
        data = self.files[good]
        if not is_xml(data):
            pytest.skip("this file is no XML, or has a DOCTYPE of its own")
        return data

    def test_does_not_recognise_what_another_plugin_writes(self, offered: Any) -> None:
        """What the other installed exporters write is not recognised."""
        for name, data in _written_by_others(self.importer, self.athlete):
            assert not offered.recognise(data[:HEAD_BYTES]), f"it takes what {name} writes for its own"

    @pytest.mark.parametrize("sample", SAMPLES)
    def test_reads_back_what_the_exporter_of_its_name_wrote(self, sample: str) -> None:
        """What the exporter of the same name writes comes back as it was authored."""
        if not self.round_trip:
            pytest.skip("no exporter has this name")
        workout = parse(SAMPLES[sample])
        try:
            artifact = export(workout, self.importer, self.athlete)
        except CannotExport:
            pytest.skip(f"{self.importer} says that it cannot carry {sample}")
        assert self.read(artifact.data, artifact.name).workout == workout


def _another_file(folder: Path) -> str:
    """The address of a file that no other file may make a reader open."""
    file = folder / "another"
    file.write_text(SECRET, encoding="utf-8")
    return file.as_uri()


def _written_by_others(own: str, athlete: Athlete) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of a sample, from each other exporter; one that fails is its own suite's matter."""
    for name in installed.names("exporter"):
        if name == own:
            continue
        try:
            yield name, export(parse(SAMPLES["forward-only"]), name, athlete).data
        except BacktrackError:
            continue
