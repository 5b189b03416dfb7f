"""What every exporter must do that puts new steps into a file somebody else made."""

from __future__ import annotations

import os
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
import pytest

from backtrack_plugins.errors import CannotExport, UnsafeWorkout
from backtrack_plugins.exporting import SAFETY_SENTENCES
from backtrack_plugins.page import parse
from backtrack_plugins.splicing import inserts_in
from backtrack_plugins.testing import installed
from backtrack_plugins.testing.inventing import invented
from backtrack_plugins.testing.samples import SAMPLE_ATHLETE
from backtrack_plugins.testing.splicing_blocks import BLOCKS, joined_at, places, put, run_file, unrolled
from backtrack_plugins.testing.suite import PluginSuite
from backtrack_plugins.writing import write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.exporter import Artifact, Exporter
    from backtrack_plugins.splicing import JoinedRun, RunFile
    from backtrack_plugins.workout import Workout

_INVENTED = 6
"""Blocks that nobody thought of, for each file."""


class SpliceSuite(PluginSuite):
    """Subclass it beside `ExporterSuite` when your exporter has a `splice`, and give it files of others.

    What comes out is read back by the importer of the same name.

    Attributes:
        format: The exporter's name.
        runs: Files by name, as other programs write them.
        options: Options to run the suite with, of the exporter and of the importer.
        athlete: Whose values both may see.
        refused: Names of the files to which the exporter says that it cannot add. In any file it may refuse
            a place between two steps, such as one within a ramp; but none before it or after it.
    """

    kind = "exporter"
    format: ClassVar[str]
    runs: ClassVar[Mapping[str, bytes]]
    options: ClassVar[Mapping[str, Any]] = {}
    athlete: ClassVar[Athlete] = SAMPLE_ATHLETE
    refused: ClassVar[frozenset[str]] = frozenset()

    @property
    def plugin_name(self) -> str:
        """The exporter's name."""
        return self.format

    def text_of(self, data: bytes) -> str:
        """The words in a file; override it where they are compressed or encoded."""
        return data.decode("utf-8", errors="replace")

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run what is asked of a file for each of them."""
        if "theirs" in metafunc.fixturenames:
            metafunc.parametrize("theirs", list(getattr(metafunc.cls, "runs", ())))

    def run(self, theirs: str) -> RunFile:
        """One of the files, as its importer reads it."""
        return run_file(self.format, self.runs[theirs], theirs, self.athlete, self.options)

    def each(self, theirs: str) -> Iterator[JoinedRun]:
        """A file with each block at each place."""
        run = self.run(theirs)
        for page in BLOCKS.values():
            for at in places(run):
                yield joined_at(run, parse(page), at, self.athlete)

    def made(self, theirs: str) -> Iterator[tuple[JoinedRun, Artifact]]:
        """A file with each block in it, at each place where it can be; skips a file that is refused."""
        if theirs in self.refused:
            pytest.skip(f"{self.format} says that it cannot add to {theirs}")
        for joined in self.each(theirs):
            done = put(joined, self.athlete, self.options)
            if done.spliced:
                yield joined, done.artifact

    def test_can_splice(self) -> None:
        """It offers to splice, and an importer of the same name reads what it is to add to."""
        exporter: Exporter = installed.plugin("exporter", self.format)
        assert exporter.splice is not None, "the exporter has no splice"
        assert self.format in installed.names("importer"), "no importer has this name"

    def test_has_runs(self) -> None:
        """There is at least one file that somebody else made: with none, the rest asks for nothing."""
        assert getattr(self, "runs", {}), "runs: give it at least one file that somebody else made, by name"

    def test_reads_a_run_as_somebody_elses(self, theirs: str) -> None:
        """The importer does not take somebody else's file for one that is all in words of ours."""
        assert self.run(theirs).is_foreign, "its importer calls it complete, and so it is never added to"

    def test_says_of_what_it_cannot_add_to(self, theirs: str) -> None:
        """A file named as refused is refused; every other is added to, before it and after it at least."""
        for joined in self.each(theirs):
            done = put(joined, self.athlete, self.options)
            if theirs in self.refused:
                assert not done.spliced
            elif joined.joined.own[0] is None or joined.joined.own[-1] is None:
                told = [loss.instead for loss in done.artifact.losses if loss.what == "your file"]
                assert done.spliced, f"{theirs} was not added to: {told}"

    def test_their_steps_stay_and_ours_stand_where_they_belong(self, theirs: str) -> None:
        """Read back, the file has its own steps as before, and ours among them, line for line."""
        for joined, made in self.made(theirs):
            back = run_file(self.format, made.data, theirs, self.athlete, self.options)
            place = inserts_in(made.timeline, joined.joined.own)[0].at
            assert unrolled(back.workout) == unrolled(joined.workout), (
                f"{joined.workout.name}, put in at {place}"
            )
            assert back.is_foreign, "once added to, it is read as if every word in it were ours"
            if joined.run.workout.name != os.path.splitext(theirs)[0]:  # which has no name but the file's
                assert back.workout.name == joined.workout.name

    def test_every_new_line_stands_in_the_words(self, theirs: str) -> None:
        """Each new step's line stands in the file, whole but for its cue."""
        for joined, made in self.made(theirs):
            words = self.text_of(made.data)
            for insert in inserts_in(made.timeline, joined.joined.own):
                for segment in insert.segments:
                    assert segment.line.partition(' "')[0] in words

    def test_carries_the_safety_sentences_or_says_that_it_does_not(self, theirs: str) -> None:
        """The three sentences stand in the file, or a loss names them; and every loss is told."""
        for _joined, made in self.made(theirs):
            words = self.text_of(made.data)
            missing = [sentence for sentence in SAFETY_SENTENCES if sentence not in words]
            said = any("safety" in loss.what for loss in made.losses)
            assert not missing or said, f"missing, and no Loss has safety in its what: {missing}"
            assert all(loss.what and loss.instead for loss in made.losses)

    def test_a_second_block_goes_in_beside_the_first(self, theirs: str) -> None:
        """What was added to can be added to again."""
        first = next((made for _joined, made in self.made(theirs)), None)
        if first is None:
            pytest.skip("nothing was added to it; what it cannot add to is another test's")
        run = run_file(self.format, first.data, theirs, self.athlete, self.options)
        joined = joined_at(run, parse(BLOCKS["backward"]), len(run.workout.steps), self.lenient)
        try:
            second = put(joined, self.lenient, self.options)
        except UnsafeWorkout:
            pytest.skip("two blocks in this file are more than the rules allow")
        assert second.spliced
        back = run_file(self.format, second.artifact.data, theirs, self.athlete, self.options)
        assert unrolled(back.workout) == unrolled(joined.workout)

    @property
    def lenient(self) -> Athlete:
        """Somebody of the level that allows most."""
        return msgspec.structs.replace(self.athlete, level="advanced")

    def test_same_input_gives_the_same_bytes(self) -> None:
        """No clock, locale, time zone or hash seed stands in what was added to."""
        self.assert_same_everywhere("spliced", self.format, dict(self.runs), self.athlete, dict(self.options))

    def test_never_fails_at_what_nobody_thought_of(self, theirs: str) -> None:
        """A block that nobody thought of is put in, or refused with what to do."""
        run = self.run(theirs)
        anybody = msgspec.structs.replace(self.athlete, level=None)
        for block in islice(invented(), _INVENTED):
            try:
                self._put_in(run, block, anybody)
            except UnsafeWorkout:
                continue  # the run and the block together; what the core refuses is none of the plugin's
            except CannotExport as refusal:
                assert all(problem.hint for problem in refusal.problems), str(refusal)  # noqa: PT017
            except Exception as error:
                raise AssertionError(f"{error}\nat this block:\n{write(block)}") from error

    def _put_in(self, run: RunFile, block: Workout, athlete: Athlete) -> None:
        joined = joined_at(run, block, len(run.workout.steps), athlete)
        made = put(joined, athlete, self.options)
        if made.spliced:
            back = run_file(self.format, made.artifact.data, run.file, athlete, self.options)
            assert len(unrolled(back.workout)) == len(unrolled(joined.workout)), "steps are missing"

    def test_opens_no_connection_starts_no_process_and_writes_no_file(self) -> None:
        """Adding to a file opens no connection, starts no process and writes no file."""
        self.assert_keeps_to_itself("spliced", self.format, dict(self.runs), self.athlete, dict(self.options))
