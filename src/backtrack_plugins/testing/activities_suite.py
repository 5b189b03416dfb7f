"""What a destination must do that keeps recorded activities: a part of `DestinationSuite`."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import pytest

from backtrack_plugins.activity import (
    Activities,
    Activity,
    ActivityChange,
    ActivityQuery,
    ActivityRequest,
    Uploaded,
    UploadRequest,
)
from backtrack_plugins.book import Book
from backtrack_plugins.calling import Asked
from backtrack_plugins.errors import NotThere
from backtrack_plugins.kinds import KINDS
from backtrack_plugins.options import convert_options
from backtrack_plugins.testing.suite import PluginSuite

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backtrack_plugins.destination import Destination

_Answer = TypeVar("_Answer")

TEXT = 'Mine: "quotes", <b>marks</b>, a \U0001f3c3 and\n\n  blanks'
"""A description that has to come back as it is."""

_SECOND = dt.timedelta(seconds=1)


class ActivitiesSuite(PluginSuite):
    """Tests of the activities of a destination; those of one that has none are skipped.

    Attributes:
        recording: A file that the service can make an activity of: its name and its bytes; None when yours
            takes no uploads.
        no_activity: What no activity there is called.
    """

    recording: ClassVar[tuple[str, bytes] | None] = None
    no_activity: ClassVar[str] = "1"
    options: ClassVar[Mapping[str, Any]] = {}

    def add_activity(self, place: Any) -> str:
        """Have a recorded activity there, as from a watch, and return its number or name."""
        pytest.fail(f"add_activity: override it, so that it puts an activity to {place}, and returns its id")

    @pytest.fixture
    def activities(self, offered: Destination) -> Activities:
        """How its activities are reached."""
        if offered.activities is None:
            pytest.skip("this destination has no recorded activities")
        return offered.activities

    @pytest.fixture
    def activity(self, activities: Activities, place: Any) -> Activity:
        """An activity that is there, as it is read."""
        return self.read(activities, self.add_activity(place))

    def read(self, activities: Activities, activity: str) -> Activity:
        """An activity as it is now."""
        return self.returned(activities.read(ActivityRequest(id=activity, **self.given())), Activity)

    def change(self, activities: Activities, activity: Activity, **changed: Any) -> Activity:
        """Change an activity."""
        change = ActivityChange(id=activity.id, **changed, **self.given())
        return self.returned(activities.change(change), Activity)

    def found(self, activities: Activities, after: dt.datetime, before: dt.datetime) -> list[str]:
        """The activities that began in a stretch of time."""
        query = ActivityQuery(after=after, before=before, **self.given())
        return [self.returned(each, Activity).id for each in activities.find(query)]

    def uploaded(self, activities: Activities) -> Uploaded:
        """Upload the recording."""
        if activities.upload is None:
            pytest.skip("this destination takes no recordings")
        if self.recording is None:
            pytest.fail("recording: set it to the name and the bytes of a file that is to be uploaded")
        name, data = self.recording
        assert name.lower().endswith(activities.suffixes or ""), "its suffix is one that is taken"
        request = UploadRequest(name=name, data=data, **self.given())
        return self.returned(activities.upload(request), Uploaded)

    def given(self) -> dict[str, Any]:
        """What the core passes with every request."""
        from backtrack_plugins.testing import installed

        kind = installed.plugin("destination", self.plugin_name).options
        return {
            "options": convert_options(self.plugin_name, kind, self.options),
            "book": Book().shelf(self.plugin_name),
        }

    def returned(self, answer: object, expected: type[_Answer]) -> _Answer:
        """What it returned, held to its type as the core does."""
        return Asked(KINDS["destination"], self.plugin_name).returned(answer, expected)

    def test_finds_an_activity_by_its_time(self, activities: Activities, activity: Activity) -> None:
        """It is found in a stretch of time that holds the moment it began, and in no other."""
        began = activity.started
        assert activity.id in self.found(activities, began - _SECOND, began + _SECOND)
        assert activity.id in self.found(activities, began, began)
        assert activity.id not in self.found(activities, began + _SECOND, began + 60 * _SECOND)
        assert activity.id not in self.found(activities, began - 60 * _SECOND, began - _SECOND)

    def test_tells_that_there_is_no_such_activity(self, activities: Activities, place: Any) -> None:
        """What is not there is told as that, and with a sentence."""
        del place  # it is there
        with pytest.raises(NotThere) as raised:
            self.read(activities, self.no_activity)
        assert str(raised.value)

    @pytest.mark.parametrize("text", [TEXT, ""], ids=["text", "empty"])
    def test_changes_a_description_and_nothing_else(
        self, activities: Activities, activity: Activity, text: str
    ) -> None:
        """It stands there as it was given, everything else as it was, and the answer says the same."""
        self.change(activities, activity, description="to be replaced")
        answer = self.change(activities, activity, description=text)
        after = self.read(activities, activity.id)
        assert (answer.id, answer.description, after.description) == (activity.id, text, text)
        for field in ("title", "sport", "trainer", "started", "elapsed_seconds", "where"):
            assert getattr(after, field) == getattr(activity, field), field

    def test_changes_what_is_asked_for_and_nothing_else(
        self, activities: Activities, activity: Activity
    ) -> None:
        """Title, sport and the mark for indoors are changed when that is asked for; the description stays."""
        self.change(activities, activity, description=TEXT)
        for sport in activities.sports[:1]:
            self.change(activities, activity, sport=sport)
            assert self.read(activities, activity.id).sport == sport
        self.change(activities, activity, title="Another", trainer=True)
        after = self.read(activities, activity.id)
        assert (after.title, after.trainer, after.description) == ("Another", True, TEXT)

    def test_an_upload_becomes_an_activity_once(self, activities: Activities, place: Any) -> None:
        """A recording that is uploaded is an activity then; the second time it is there already."""
        del place  # it is there
        first = self.uploaded(activities)
        there = self.read(activities, first.id)
        second = self.uploaded(activities)
        assert (first.state, second.state, second.id) == ("new", "there already", first.id)
        assert self.read(activities, first.id) == there
