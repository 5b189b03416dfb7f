"""What this distribution offers to backtrack-plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins import Exported, Exporter, ExportRequest, annotate, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable


def to_strava_text(request: ExportRequest) -> Exported:
    """Write title, blank line and description block, ready to paste into an activity.

    Strava documents no maximum for a description, and shows it as plain text. Nothing is imported
    and nobody is asked: this works without an account.
    """
    annotation = annotate(request.timeline, request.notices)
    text = f"{annotation.title}\n\n{annotation.text}\n"
    return Exported(data=text.encode(), losses=annotation.losses)


@hookimpl
def backtrack_exporters() -> Iterable[Exporter]:
    """Offer ``strava-text``."""
    return [
        Exporter(
            name="strava-text",
            summary="Title and description for a Strava activity, to paste",
            suffix=".strava.txt",
            media_type="text/plain; charset=utf-8",
            export=to_strava_text,
            carries=frozenset({"text", "repeats"}),
            hint="on Strava, edit the activity: the first line is its title, the rest its description",
        )
    ]
