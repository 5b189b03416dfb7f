"""Reviewing: a Recording held against the Timeline that was planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.recording import Recording
    from backtrack_plugins.reviewed import Review
    from backtrack_plugins.timeline import Timeline


def review(timeline: Timeline, recording: Recording, athlete: Athlete | None = None) -> Review:
    """Say what was done of what was planned, segment by segment; never a guess."""
    raise NotImplementedError
