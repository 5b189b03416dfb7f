"""What every exporter must do, ours and a stranger's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
import pytest

from backtrack_plugins.errors import CannotExport
from backtrack_plugins.exporter import (
    CAPABILITIES,
    Artifact,
    Capability,
    Exporter,
    ExportRequest,
    capability_losses,
)
from backtrack_plugins.exporting import SAFETY_SENTENCES, checked_request, export, run
from backtrack_plugins.importing import import_bytes
from backtrack_plugins.page import parse
from backtrack_plugins.testing import installed
from backtrack_plugins.testing.inventing import invented
from backtrack_plugins.testing.samples import CAPABILITIES_PAGE, SAMPLE_ATHLETE, SAMPLES
from backtrack_plugins.testing.suite import PluginSuite
from backtrack_plugins.timeline import RepeatedSegments, Segment, Timeline, TreePart
from backtrack_plugins.writing import write

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from backtrack_plugins.athlete import Athlete


class ExporterSuite(PluginSuite):
    """Subclass it, name your format, and pytest runs what every exporter must do.

    Attributes:
        format: The exporter's name.
        options: Options to run the suite with; subclass once for each set worth trying.
        athlete: Whose values the exporter may see.
        refused: Names of samples that the format has no way to carry, and says so.
    """

    kind = "exporter"
    format: ClassVar[str]
    options: ClassVar[Mapping[str, Any]] = {}
    athlete: ClassVar[Athlete] = SAMPLE_ATHLETE
    refused: ClassVar[frozenset[str]] = frozenset()

    @property
    def plugin_name(self) -> str:
        """The exporter's name."""
        return self.format

    def text_of(self, data: bytes) -> str:
        """The words in an artifact; override it where they are compressed or encoded."""
        return data.decode("utf-8", errors="replace")

    @pytest.fixture
    def exporter(self) -> Exporter:
        """The installed exporter."""
        found: Exporter = installed.plugin("exporter", self.format)
        return found

    def exported(self, sample: str) -> Artifact:
        """A sample, exported; skips those the format refuses."""
        if sample in self.refused:
            pytest.skip(f"{self.format} says that it cannot carry {sample}")
        return export(parse(SAMPLES[sample]), self.format, self.athlete, options=self.options)

    def test_describes_itself(self, exporter: Exporter) -> None:
        """Name, summary and media type can be shown in a list."""
        assert exporter.name == self.format
        assert exporter.summary
        assert "\n" not in exporter.summary
        assert "/" in exporter.media_type
        if exporter.options is not None:
            assert msgspec.convert({}, exporter.options) == exporter.options()

    @pytest.mark.parametrize("sample", SAMPLES)
    def test_exports_every_sample(self, sample: str, exporter: Exporter) -> None:
        """Every sample becomes bytes, but for those that are named as refused."""
        if sample in self.refused:
            with pytest.raises(CannotExport) as refusal:
                export(parse(SAMPLES[sample]), self.format, self.athlete, options=self.options)
            assert all(problem.hint for problem in refusal.value.problems)
            return
        artifact = self.exported(sample)
        assert artifact.data
        assert artifact.name.endswith(exporter.suffix)

    def test_same_input_gives_the_same_bytes(self) -> None:
        """No clock, locale, time zone or hash seed stands in an artifact."""
        self.assert_same_everywhere("exported", self.format, SAMPLES, self.athlete, dict(self.options))

    @pytest.mark.parametrize("sample", SAMPLES)
    def test_carries_the_safety_sentences_or_says_that_it_does_not(self, sample: str) -> None:
        """The three sentences stand in the artifact, or a loss names them."""
        artifact = self.exported(sample)
        missing = [sentence for sentence in SAFETY_SENTENCES if sentence not in self.text_of(artifact.data)]
        said = any("safety" in loss.what for loss in artifact.losses)
        assert not missing or said, f"missing, and no Loss has safety in its what: {missing}"

    @pytest.mark.parametrize("capability", CAPABILITIES)
    def test_carries_what_it_declares_and_nothing_else(
        self, capability: Capability, exporter: Exporter
    ) -> None:
        """A value that changes while every word stays changes the bytes exactly where it is carried."""
        request, _problems = checked_request(
            exporter, parse(CAPABILITIES_PAGE), self.athlete, options=self.options
        )
        carries = capability in exporter.carried(request.options)
        before, after = run(exporter, request).data, run(exporter, _changed(request, capability)).data
        does = before != after  # not within the assertion, which would show both files
        did = "changed" if does else "did not change"
        assert does == carries, (
            f"{capability}: declared {carries}, but changing only the segments' {capability} {did} the bytes"
            + (_WORDS if does and capability in _WORDED else "")
        )

    @pytest.mark.parametrize("capability", CAPABILITIES)
    def test_declares_a_loss_for_what_it_does_not_carry(
        self, capability: Capability, exporter: Exporter
    ) -> None:
        """What the workout uses and the format does not carry is a loss, and nothing else of these is."""
        artifact = export(parse(CAPABILITIES_PAGE), self.format, self.athlete, options=self.options)
        request, _problems = checked_request(
            exporter, parse(CAPABILITIES_PAGE), self.athlete, options=self.options
        )
        carries = capability in exporter.carried(request.options)
        assert (capability in {loss.what for loss in artifact.losses}) == (not carries)

    def test_every_loss_says_what_happens_instead(self) -> None:
        """A loss is a sentence a runner can act on, and a capability's only where the workout uses it."""
        for sample in SAMPLES.keys() - self.refused:
            artifact = self.exported(sample)
            used = {loss.what for loss in capability_losses(artifact.timeline, frozenset())}
            for loss in artifact.losses:
                assert loss.what
                assert loss.instead
                assert loss.what in used or loss.what not in CAPABILITIES, f"{sample} has no {loss.what}"

    @pytest.mark.parametrize("sample", SAMPLES)
    def test_every_line_stands_in_the_words(self, sample: str, exporter: Exporter) -> None:
        """Where words are carried, each step's line is among them, whole but for its cue."""
        artifact = self.exported(sample)
        request, _problems = checked_request(
            exporter, parse(SAMPLES[sample]), self.athlete, options=self.options
        )
        if "text" not in exporter.carried(request.options):
            pytest.skip("this format carries no words")
        words = self.text_of(artifact.data)
        for segment in request.segments:
            assert segment.line.partition(' "')[0] in words

    @pytest.mark.parametrize("sample", SAMPLES)
    def test_reads_back_equal(self, sample: str, exporter: Exporter) -> None:
        """Where an importer of the same name is installed, it gives back the workout as it was authored."""
        if exporter.name not in installed.names("importer"):
            pytest.skip("no importer has this name")
        artifact = self.exported(sample)
        imported = import_bytes(artifact.data, artifact.name, importer=self.format)
        assert imported.workout == parse(SAMPLES[sample])

    def test_never_fails_at_what_nobody_thought_of(self) -> None:
        """A workout that nobody thought of is exported, or refused with what to do."""
        anybody = msgspec.structs.replace(self.athlete, level=None)  # whoever has the workout's own level
        for workout in invented():
            try:
                assert export(workout, self.format, anybody, options=self.options).data
            except CannotExport as refusal:
                assert all(problem.hint for problem in refusal.problems), str(refusal)  # noqa: PT017
            except Exception as error:
                raise AssertionError(f"{error}\nat this workout:\n{write(workout)}") from error

    def test_opens_no_connection_starts_no_process_and_writes_no_file(self) -> None:
        """Exporting opens no connection, starts no process and writes no file."""
        self.assert_keeps_to_itself("exported", self.format, SAMPLES, self.athlete, dict(self.options))


def _changed(request: ExportRequest, capability: Capability) -> ExportRequest:
    """The request with one kind of value changed, and not one word."""
    if capability == "text":
        changed = _with_segments(
            request, lambda segment: msgspec.structs.replace(segment, line=segment.line + "!")
        )
        return msgspec.structs.replace(changed, page=request.page.replace("walk", "walk!"))
    if capability == "repeats":
        timeline = msgspec.structs.replace(request.timeline, tree=request.timeline.segments)
        return msgspec.structs.replace(request, timeline=timeline)
    return _with_segments(request, _CHANGES[capability])


def _steeper(segment: Segment) -> Segment:
    more = 2.0 if segment.incline_percent else 0.0
    return msgspec.structs.replace(segment, incline_percent=segment.incline_percent + more)


def _slower(segment: Segment) -> Segment:
    if segment.metres_per_second is None:
        return segment
    return msgspec.structs.replace(segment, metres_per_second=segment.metres_per_second * 0.9)


def _leftward(segment: Segment) -> Segment:
    return msgspec.structs.replace(segment, direction="left") if segment.direction == "backward" else segment


def _gripping(segment: Segment) -> Segment:
    return msgspec.structs.replace(segment, rail="grip") if segment.rail == "light" else segment


def _by_time(segment: Segment) -> Segment:
    return msgspec.structs.replace(segment, ends_on="time") if segment.ends_on == "distance" else segment


_WORDED = {"direction", "incline", "rail", "speed"}
_WORDS = "; if that was a word, take it from the segment's step, line or belt, where words stay as they were"

_CHANGES: dict[Capability, Callable[[Segment], Segment]] = {
    "direction": _leftward,
    "incline": _steeper,
    "rail": _gripping,
    "speed": _slower,
    "distance": _by_time,
}


def _with_segments(request: ExportRequest, change: Callable[[Segment], Segment]) -> ExportRequest:
    def changed_tree(parts: tuple[TreePart, ...]) -> tuple[TreePart, ...]:
        return tuple(
            RepeatedSegments(times=part.times, parts=changed_tree(part.parts))
            if isinstance(part, RepeatedSegments)
            else change(part)
            for part in parts
        )

    timeline: Timeline = msgspec.structs.replace(
        request.timeline,
        tree=changed_tree(request.timeline.tree),
        segments=tuple(change(segment) for segment in request.timeline.segments),
    )
    return msgspec.structs.replace(request, timeline=timeline)
