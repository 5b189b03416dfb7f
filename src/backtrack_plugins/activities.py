"""Annotating recorded activities where a service keeps them, and uploading recordings there."""

from __future__ import annotations


def find_activities() -> None:
    """Not there yet."""
    raise NotImplementedError


def annotate_activity() -> None:
    """Not there yet."""
    raise NotImplementedError


def remove_annotation() -> None:
    """Not there yet."""
    raise NotImplementedError


def upload_recording() -> None:
    """Not there yet."""
    raise NotImplementedError


class Annotated:
    """Not there yet."""
