"""The hooks a plugin may implement.

A plugin is a module (or object) named by an entry point. Its name is the name of the format it
offers, so that listing formats imports no plugin and asking for one imports that one alone::

    [project.entry-points."backtrack_plugins.exporters"]
    my-watch = "backtrack_my_watch.plugin"

Check plugins are the exception in one thing: every one that is installed is imported for every check
and export, and a broken one stops every export until it is disabled by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backtrack_plugins.annotator import Annotator
    from backtrack_plugins.checks import Check
    from backtrack_plugins.destination import Destination
    from backtrack_plugins.exporter import Exporter
    from backtrack_plugins.importer import Importer
    from backtrack_plugins.recording import RecordingReader

PROJECT = "backtrack_plugins"

HOOK_API = 0
"""0 while the first plugins teach us what is needed; from 1 on, hooks only gain."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a function of a plugin as the implementation of a hook."""


@hookspec
def backtrack_exporters() -> Iterable[Exporter]:
    """Offer export formats; entry-point group ``backtrack_plugins.exporters``.

    Example::

        from backtrack_plugins import Exporter, hookimpl


        @hookimpl
        def backtrack_exporters():
            watch = Exporter(
                name="my-watch", summary="My watch", suffix=".mw", media_type="text/plain", export=to_mw
            )
            return [watch]
    """
    raise NotImplementedError


@hookspec
def backtrack_importers() -> Iterable[Importer]:
    """Offer formats that can be read; entry-point group ``backtrack_plugins.importers``.

    Example::

        from backtrack_plugins import Importer, hookimpl


        @hookimpl
        def backtrack_importers():
            watch = Importer(name="my-watch", summary="My watch", suffix=".mw", recognise=is_mw, read=from_mw)
            return [watch]
    """
    raise NotImplementedError


@hookspec
def backtrack_checks() -> Iterable[Check]:
    """Offer rules of your own; entry-point group ``backtrack_plugins.checks``.

    They can add problems, and never take one of the core's away. Codes begin with the check's name.

    Example::

        from backtrack_plugins import Check, Problem, hookimpl


        def closing_time(request):
            if request.timeline.totals.seconds > 3600:
                yield Problem(
                    code="club-hours/long",
                    severity="warning",
                    message="the club's treadmills stop by themselves after an hour",
                    hint="make two workouts of it",
                )


        @hookimpl
        def backtrack_checks():
            return [Check(name="club-hours", summary="Our club's hours", check=closing_time)]
    """
    raise NotImplementedError


@hookspec
def backtrack_destinations() -> Iterable[Destination]:
    """Offer places that artifacts go to; entry-point group ``backtrack_plugins.destinations``.

    Example::

        from backtrack_plugins import Destination, Receipt, hookimpl


        @hookimpl
        def backtrack_destinations():
            shelf = Destination(
                name="my-shelf",
                summary="The folder that my app reads",
                takes=frozenset({"application/xml"}),
                exporter="zwo",
                deliver=put_on_shelf,
                is_folder=True,
            )
            return [shelf]
    """
    raise NotImplementedError


@hookspec
def backtrack_recordings() -> Iterable[RecordingReader]:
    """Offer formats of recorded activities; entry-point group ``backtrack_plugins.recordings``.

    Example::

        from backtrack_plugins import RecordingReader, hookimpl


        @hookimpl
        def backtrack_recordings():
            reader = RecordingReader(
                name="my-log", summary="My log", suffix=".log", recognise=is_log, read=read_log
            )
            return [reader]
    """
    raise NotImplementedError


@hookspec
def backtrack_annotators() -> Iterable[Annotator]:
    r"""Offer ways to put an activity into words; entry-point group ``backtrack_plugins.annotators``.

    Example::

        from backtrack_plugins import Annotation, Annotator, hookimpl


        def in_one_word(request):
            return Annotation(title=request.timeline.workout.name, text="\n".join(request.notices))


        @hookimpl
        def backtrack_annotators():
            return [Annotator(name="one-word", summary="The name and no more", annotate=in_one_word)]
    """
    raise NotImplementedError
