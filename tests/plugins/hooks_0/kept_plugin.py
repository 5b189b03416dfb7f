"""Every hook of HOOK_API 0, each in the fewest lines that are of use."""

import contextlib

import msgspec

from backtrack_plugins import (
    Account,
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
    NotThere,
    Problem,
    Receipt,
    Recording,
    RecordingReader,
    Sample,
    Standing,
    Tour,
    TourStep,
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


def fetched(wanted):
    if not wanted.isdigit():
        raise NotThere(f"the club keeps nothing as {wanted}", service="Club", path=wanted)
    return f"KEPT\nname: Number {wanted}\n9:00 forward walk 5 km/h\n".encode()


@hookimpl
def backtrack_importers():
    return [
        Importer(
            name="kept",
            summary="Kept",
            suffix=".kept",
            recognise=lambda head: head.startswith(b"KEPT\n"),
            read=from_kept,
            fetch=fetched,
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


class ClubOptions(msgspec.Struct, frozen=True):
    quiet: bool = False


def signed_in(request):
    name = request.at or request.ask("Name", False)
    return f"{name} is signed in{', quietly' if request.options.quiet else ''}"


@contextlib.contextmanager
def tour(folder):
    yield Tour(steps=(TourStep("what was sent", ("sent",)),), environment={"CLUB": folder})


def to_the_club(request):
    for place, parcel in enumerate(request.parcels, start=1):
        record = request.book.get(parcel.identity)
        state = "unchanged" if record.notes.get("device") == request.device and record.artifact else "new"
        if not request.dry_run:
            request.book.note(parcel.identity, device=request.device)
        if request.progress is not None:
            request.progress(place, len(request.parcels))
        yield Receipt(artifact=parcel.artifact.name, where=f"club:{place}", state=state, on=parcel.on)


def as_the_club_has_it(request):
    for identity in request.identities:
        state = "as sent" if request.book.get(identity).on else "changed"
        yield Standing(identity=identity, state=state, said="as the club has it")


def from_the_club(request):
    for identity in request.identities:
        record = request.book.get(identity)
        state = "removed" if record.artifact else "gone"
        if not request.dry_run:
            request.book.note(identity, device=None)
        where = record.where or "?"
        yield Receipt(artifact=record.artifact or "?", where=where, state=state, warnings=("once",))


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
        ),
        Destination(
            name="kept-club",
            summary="Kept by a club",
            takes=frozenset({"text/plain"}),
            exporter="kept",
            deliver=to_the_club,
            schedules=True,
            pushes=True,
            account=Account(
                name="club",
                terms="the club knows nothing of this",
                sign_in=signed_in,
                sign_out=lambda: "forgotten",
                options=ClubOptions,
                tour=tour,
            ),
            look=as_the_club_has_it,
            remove=from_the_club,
            kept_as="kept",
        ),
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
