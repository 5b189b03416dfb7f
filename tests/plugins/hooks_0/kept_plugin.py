"""Every hook of HOOK_API 0, each in the fewest lines that are of use."""

import msgspec

from backtrack_plugins import (
    Annotation,
    Annotator,
    Check,
    Destination,
    Exported,
    Exporter,
    Imported,
    Importer,
    Lap,
    Loss,
    Problem,
    Recording,
    RecordingReader,
    Sample,
    UnreadableInput,
    deliver_into,
    hookimpl,
    parse,
)

BACKTRACK_HOOK_API = 0


class Options(msgspec.Struct, frozen=True):
    counted: bool = False


def to_kept(request):
    counted = f"# {len(request.segments)} segments\n" if request.options.counted else ""
    lost = Loss(what="colour", instead=f"not carried, in {request.athlete.units or 'any'} units")
    return Exported(data=f"KEPT\n{request.page}{counted}".encode(), losses=(lost,))


@hookimpl
def backtrack_exporters():
    return [
        Exporter(
            name="kept",
            summary="Kept",
            suffix=".kept",
            media_type="text/plain; charset=utf-8",
            export=to_kept,
            carries=frozenset({"text"}),
            carries_with=lambda options: frozenset({"text"}),
            options=Options,
            needs=frozenset({"units"}),
            hint="keep it",
        )
    ]


def from_kept(data, name):
    if not data.endswith(b"\n"):
        raise UnreadableInput(f"{name}: ends before its time. Export it again.")
    return Imported(workout=parse(data.decode().removeprefix("KEPT\n"), file=name))


@hookimpl
def backtrack_importers():
    return [
        Importer(
            name="kept",
            summary="Kept",
            suffix=".kept",
            recognise=lambda head: head.startswith(b"KEPT\n"),
            read=from_kept,
        )
    ]


def alone(request):
    for segment in request.timeline.segments:
        if segment.direction == "backward" and request.supervised_by is None:
            yield Problem(
                code="kept/alone",
                severity="info",
                message="nobody stands beside you",
                hint="ask somebody",
                where=request.where(segment),
            )


@hookimpl
def backtrack_checks():
    return [Check(name="kept", summary="Kept", check=alone, needs=frozenset({"level"}))]


def put(request):
    return deliver_into(request, request.at or ".")


@hookimpl
def backtrack_destinations():
    return [
        Destination(
            name="kept",
            summary="Kept",
            takes=frozenset({"text/plain"}),
            exporter="kept",
            deliver=put,
            is_folder=True,
            hint="look into the folder",
        )
    ]


def read_log(data, name):
    rows = [line.split(",") for line in data.decode().splitlines()[1:]]
    samples = tuple(Sample(seconds=float(row[0]), heart_rate=int(row[1])) for row in rows)
    seconds = samples[-1].seconds
    laps = (Lap(start_seconds=0, seconds=seconds, step_index=0, trigger="manual"),)
    return Recording(file=name, seconds=seconds, laps=laps, samples=samples, read_by="kept")


@hookimpl
def backtrack_recordings():
    return [
        RecordingReader(
            name="kept",
            summary="Kept",
            suffix=".log",
            recognise=lambda head: head.startswith(b"KEPTLOG"),
            read=read_log,
        )
    ]


def in_short(request):
    return Annotation(title=request.timeline.workout.name, text="\n".join(["Short.", *request.notices]))


@hookimpl
def backtrack_annotators():
    return [Annotator(name="kept", summary="Kept", annotate=in_short)]
