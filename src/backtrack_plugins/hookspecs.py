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
    r"""Offer export formats; entry-point group ``backtrack_plugins.exporters``.

    Example::

        from backtrack_plugins import Exporter, hookimpl


        def to_list(request):
            lines = [line for segment in request.segments for line in segment.lines]
            return "\n".join([*request.notices, "", *lines, ""]).encode()


        @hookimpl
        def backtrack_exporters():
            steps = Exporter(
                name="my-list",
                summary="The steps as a list, to print",
                suffix=".list.txt",
                media_type="text/plain; charset=utf-8",
                export=to_list,
                carries=frozenset({"text"}),
            )
            return [steps]
    """
    raise NotImplementedError


@hookspec
def backtrack_importers() -> Iterable[Importer]:
    r"""Offer formats that can be read; entry-point group ``backtrack_plugins.importers``.

    Example::

        from backtrack_plugins import Importer, UnreadableInput, hookimpl, parse

        FIRST_LINE = b"MY-PLAN 1\n"


        def is_plan(head):
            return head.startswith(FIRST_LINE)


        def from_plan(data, name):
            try:
                page = data.removeprefix(FIRST_LINE).decode("utf-8")
            except UnicodeDecodeError:
                raise UnreadableInput(f"{name}: a damaged plan: it is not in UTF-8") from None
            return parse(page, file=name)


        @hookimpl
        def backtrack_importers():
            plan = Importer(
                name="my-plan", summary="Plans of my app", suffix=".plan", recognise=is_plan, read=from_plan
            )
            return [plan]
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

        import os
        from hashlib import sha256

        from backtrack_plugins import Destination, Receipt, UsageError, hookimpl


        def bytes_at(path):
            if not os.path.exists(path):
                return None
            with open(path, "rb") as file:
                return file.read()


        def put_on_shelf(request):
            if request.at is None:
                raise UsageError("my-shelf: say in which folder my app looks")
            for artifact in request.artifacts:
                path = os.path.join(os.path.abspath(request.at), artifact.name)
                before = bytes_at(path)
                state = "new" if before is None else "replaced"
                if before == artifact.data:
                    state = "unchanged"
                elif not request.dry_run:
                    artifact.write(request.at, overwrite=request.overwrite)
                arrived = "" if request.dry_run else sha256(bytes_at(path)).hexdigest()
                yield Receipt(artifact=artifact.name, where=path, state=state, sha256=arrived)


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
    r"""Offer formats of recorded activities; entry-point group ``backtrack_plugins.recordings``.

    Example::

        from backtrack_plugins import Recording, RecordingReader, Sample, UnreadableInput, hookimpl

        FIRST_LINE = b"seconds,heart_rate\n"


        def is_log(head):
            return head.startswith(FIRST_LINE)


        def read_log(data, name):
            rows = data.removeprefix(FIRST_LINE).decode("ascii", "replace").splitlines()
            try:
                pairs = [row.split(",") for row in rows]
                samples = tuple(Sample(seconds=float(at), heart_rate=int(rate)) for at, rate in pairs)
            except ValueError as error:
                raise UnreadableInput(f"{name}: a damaged log: {error}") from None
            seconds = samples[-1].seconds if samples else 0.0
            return Recording(file=name, seconds=seconds, samples=samples, read_by="my-log")


        @hookimpl
        def backtrack_recordings():
            log = RecordingReader(
                name="my-log", summary="Logs of my app", suffix=".log", recognise=is_log, read=read_log
            )
            return [log]
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
