"""What every annotator must do, ours and a stranger's."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import pytest

from backtrack_plugins.annotating import annotate, notices_of_done
from backtrack_plugins.exporting import SAFETY_SENTENCES, notices_for
from backtrack_plugins.page import parse
from backtrack_plugins.testing import installed
from backtrack_plugins.testing.inventing import invented
from backtrack_plugins.testing.reviews import ALL_DONE, NONE_TURNED, reviews_of
from backtrack_plugins.testing.samples import SAMPLE_ATHLETE, SAMPLES
from backtrack_plugins.testing.suite import PluginSuite
from backtrack_plugins.timeline import expand
from backtrack_plugins.writing import write

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from backtrack_plugins.annotator import Annotation, Annotator
    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.timeline import Segment
    from backtrack_plugins.workout import Workout

LONG = "\n".join(
    [
        "name: A long one",
        "10:00 forward jog 8 km/h",
        *(f'0:{seconds} backward walk 2 km/h light rail "{"taller " * 15}"' for seconds in range(10, 50)),
    ]
)
"""More lines than fit into any text."""


def assert_names(found: Annotation, segments: Iterable[Segment], notices: Sequence[str]) -> None:
    """Assert that a text names each direction but forward in its own words, or that a loss says so."""
    lines = [line for line in found.text.split("\n") if line not in notices]
    for direction in {str(segment.direction) for segment in segments} - {"forward"}:
        told = any(direction in line for line in lines)
        assert told or found.losses, f"it does not say {direction}, and no loss says so"


class AnnotatorSuite(PluginSuite):
    """Subclass it, name your annotator, and pytest runs what every annotator must do.

    Attributes:
        annotator: The annotator's name.
        athlete: Whose values it may see.
    """

    kind = "annotator"
    annotator: ClassVar[str]
    athlete: ClassVar[Athlete] = SAMPLE_ATHLETE

    @property
    def plugin_name(self) -> str:
        """The annotator's name."""
        return self.annotator

    @pytest.fixture
    def offered(self) -> Annotator:
        """The installed annotator."""
        found: Annotator = installed.plugin("annotator", self.annotator)
        return found

    def written(self, workout: Workout, *, supervised_by: str | None = None) -> Annotation:
        """Annotate a workout in its words, as the core does, and hold it to what they promise."""
        timeline = expand(workout, self.athlete)
        notices = notices_for(supervised_by)
        found = annotate(timeline, notices, annotator=self.annotator, athlete=self.athlete)
        assert all(sentence in found.text for sentence in SAFETY_SENTENCES)
        assert_names(found, [segment for segment in timeline.segments if not segment.is_straddle], notices)
        return found

    def written_of_done(self, workout: Workout) -> dict[str, Annotation]:
        """Annotate what was done of a workout, in several ways, and hold its words to what they promise.

        Returns:
            Title and text by what was done; ``all done`` is one of them.
        """
        found = {}
        for done, review in reviews_of(expand(workout, self.athlete)).items():
            notices = notices_of_done()
            words = annotate(review, notices, annotator=self.annotator, athlete=self.athlete)
            there = [each.segment for each in review.segments if each.state != "missing"]
            assert_names(words, [segment for segment in there if not segment.is_straddle], notices)
            found[done] = words
        return found

    def test_describes_itself(self, offered: Annotator) -> None:
        """Name and summary can be shown in a list."""
        assert offered.name == self.annotator
        assert offered.summary
        assert "\n" not in offered.summary

    @pytest.mark.parametrize("sample", SAMPLES)
    def test_says_which_way_the_athlete_faces(self, sample: str) -> None:
        """Every sample gets a title and a text that names each direction and keeps the notices."""
        for supervisor in (None, "a coach"):
            for loss in self.written(parse(SAMPLES[sample]), supervised_by=supervisor).losses:
                assert loss.what
                assert loss.instead

    @pytest.mark.parametrize("sample", SAMPLES)
    def test_tells_what_was_done(self, sample: str) -> None:
        """Done whole or in part, every sample gets a title and a text, which names each direction done."""
        self.written_of_done(parse(SAMPLES[sample]))

    @pytest.mark.parametrize("sample", SAMPLES)
    def test_does_not_tell_as_done_what_was_not(self, sample: str) -> None:
        """When no backward and sideways line was done, the words are not those of when all of them were."""
        written = self.written_of_done(parse(SAMPLES[sample]))
        all_done, none_turned = written[ALL_DONE], written.get(NONE_TURNED)
        if none_turned is not None and not all_done.losses:
            assert none_turned.text != all_done.text, "it says the same when nothing of it was done"

    def test_stays_within_its_length(self) -> None:
        """What does not fit is left out, and a loss says so."""
        self.written(parse(LONG))
        self.written_of_done(parse(LONG))

    def test_never_fails_at_what_nobody_thought_of(self) -> None:
        """No workout that nobody thought of makes it fail."""
        for workout in invented():
            try:
                self.written(workout)
                self.written_of_done(workout)
            except Exception as error:
                raise AssertionError(f"{error}\nat this workout:\n{write(workout)}") from error

    def test_says_the_same_everywhere(self) -> None:
        """No clock, locale, time zone or hash seed stands in it."""
        self.assert_same_everywhere("annotated", self.annotator, dict(SAMPLES), self.athlete)

    def test_opens_no_connection_starts_no_process_and_writes_no_file(self) -> None:
        """Writing opens no connection, starts no process and writes no file."""
        self.assert_keeps_to_itself("annotated", self.annotator, dict(SAMPLES), self.athlete)
