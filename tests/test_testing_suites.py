"""The suites: a good plugin passes, and each wrong one fails at what is wrong with it and nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

import pytest

from backtrack_plugins import testing
from backtrack_plugins.kinds import KINDS
from backtrack_plugins.testing import ExporterSuite, ImporterSuite, installed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LISTED = "test_is_listed_without_being_imported"
WEIGHT = "test_importing_it_brings_nothing_but_itself"
ITSELF = "test_describes_itself"
WORLD = "test_opens_no_connection_starts_no_process_and_writes_no_file"
INVENTED = "test_never_fails_at_what_nobody_thought_of"


class Wrong(NamedTuple):
    """A plugin's source below its imports, what its suite says beside the name, and the tests that fail."""

    source: str
    failing: set[str]
    suite: str = ""
    before: str = ""


WORLDLY = {
    "connects": "socket.create_connection(('127.0.0.1', 9), 1)",
    "starts": "subprocess.run([sys.executable, '-c', ''])",
    "writes": "open(os.path.join(os.environ['FAKE_FOLDER'], 'trace'), 'w').close()",
}
"""What a function of its input does not do. Each is done for nothing, and hides that it failed."""


def hidden(work: str) -> str:
    return f"""
    try:
        {work}
    except OSError:
        pass"""


PREAMBLE = """\
import os, re, socket, subprocess, sys
from xml.etree import ElementTree
import msgspec
from backtrack_plugins import (
    Annotation, Annotator, CannotExport, CannotSplice, Check, Destination, Exported, Exporter, Imported,
    Importer, Loss, Problem, Recording, RecordingReader, Sample, UnreadableInput, UsageError, deliver_into,
    hookimpl, parse,
)
"""

EXPORTER = """
def export(request):
    {body}
    return {returned}

@hookimpl
def backtrack_exporters():
    return [Exporter(name={name!r}, summary={summary!r}, suffix=".fake", media_type={media_type!r},
                     export=export, carries=frozenset({carries}))]
"""


def exporter(
    *,
    body: str = "pass",
    returned: str = "request.page.encode()",
    carries: str = "{'text'}",
    summary: str = "A fake",
    media_type: str = "text/plain",
) -> str:
    return EXPORTER.format(
        body=body, returned=returned, carries=carries, summary=summary, media_type=media_type, name="NAME"
    )


EXPORTERS = {
    "good": Wrong(exporter(), set()),
    "heavy-and-no-media-type": Wrong(
        exporter(media_type="text"), {WEIGHT, ITSELF}, before="import platformdirs"
    ),
    "heavy-and-said-so": Wrong(
        exporter(), set(), before="import platformdirs", suite="may_import = frozenset({'platformdirs'})"
    ),
    "connects-at-import": Wrong(exporter(), {WEIGHT, WORLD}, before=f"if True:{hidden(WORLDLY['connects'])}"),
    "two-lines": Wrong(exporter(summary="A\nfake"), {ITSELF}),
    "time-zone": Wrong(
        exporter(returned="(request.page + os.environ.get('TZ', '')).encode()"),
        {"test_same_input_gives_the_same_bytes"},
    ),
    "hash-seed": Wrong(
        exporter(returned="(request.page + str(hash('a'))).encode()"),
        {"test_same_input_gives_the_same_bytes"},
    ),
    **{how: Wrong(exporter(body=hidden(work)), {WORLD}) for how, work in WORLDLY.items()},
    "claims-too-much": Wrong(
        exporter(carries="{'text', 'incline'}"),
        {"test_carries_what_it_declares_and_nothing_else"},
    ),
    "claims-too-little": Wrong(
        exporter(returned="(request.page + str([s.incline_percent for s in request.segments])).encode()"),
        {"test_carries_what_it_declares_and_nothing_else"},
    ),
    "no-safety": Wrong(
        exporter(returned="'\\n'.join(s.line for s in request.segments).encode()"),
        {"test_carries_the_safety_sentences_or_says_that_it_does_not"},
    ),
    "loses-what-is-not-there": Wrong(
        exporter(
            returned="Exported(data=request.page.encode(), losses=(Loss(what='incline', instead='words'),))"
        ),
        {"test_every_loss_says_what_happens_instead"},
    ),
    "says-nothing-instead": Wrong(
        exporter(returned="Exported(data=request.page.encode(), losses=(Loss(what='music', instead=''),))"),
        {"test_every_loss_says_what_happens_instead"},
    ),
    "lines-cut": Wrong(
        exporter(returned="request.page.replace('4.5 km/h', '').encode()"),
        {"test_every_line_stands_in_the_words"},
    ),
    "empty": Wrong(
        exporter(
            body="lost = (Loss(what='safety', instead='nowhere'),)",
            returned="Exported(data=b'', texts=(request.page,), losses=lost)",
            carries="()",
        ),
        {"test_exports_every_sample", INVENTED},
    ),
    "refuses": Wrong(
        exporter(
            body="if request.workout.name == 'Uphill': raise CannotExport([Problem(code='x', message='')])"
        ),
        {"test_exports_every_sample"},
        suite="refused = frozenset({'incline'})",
    ),
    "lossy-there-and-back": Wrong(
        exporter()
        + """
def read(data, name):
    page = data.decode("utf-8").replace('"small steps"', "")
    return parse(page, file=name)

@hookimpl
def backtrack_importers():
    return [Importer(name="NAME", summary="A fake", suffix=".fake", recognise=lambda head: False, read=read)]
""",
        {"test_reads_back_equal"},
    ),
}

IMPORTER = """
def recognise(head):
    return {recognise}

def read(data, name):
    {body}
    if not data.startswith(b"FAKE1\\n"):
        raise UnreadableInput(f"{{{told}}}: no FAKE file")
    try:
        page = data[6:].decode("utf-8")
    except UnicodeDecodeError:
        raise UnreadableInput(f"{{{told}}}: not UTF-8") from None
    workout = parse(page, file=name)
    return {returned}

@hookimpl
def backtrack_importers():
    return [Importer(name="NAME", summary={summary!r}, suffix=".fake", recognise=recognise, read=read)]
"""


def importer(
    *,
    recognise: str = "head.startswith(b'FAKE1\\n')",
    body: str = "pass",
    told: str = "name",
    returned: str = "workout",
    summary: str = "A fake",
) -> str:
    return IMPORTER.format(recognise=recognise, body=body, told=told, returned=returned, summary=summary)


CUT, DAMAGED, STRANGE = (
    "test_tells_a_file_that_was_cut_short",
    "test_tells_a_file_that_was_damaged",
    "test_tells_a_file_that_is_something_else",
)
GOOD = "test_reads_a_good_file"
READ_BACK = "test_reads_back_what_the_exporter_of_its_name_wrote"

DOCTYPE, DEFORMED = "test_refuses_xml_with_a_doctype", "test_tells_xml_that_was_deformed"

XML_IMPORTER = """
def read(data, name):
    {first}
    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, LookupError, ValueError):
        raise UnreadableInput(f"{{name}}: no XML") from None
    if root.tag != "x-plan":
        raise UnreadableInput(f"{{name}}: no plan")
    return parse(root.findtext("page") or "", file=name)

@hookimpl
def backtrack_importers():
    return [Importer(name="NAME", summary="A fake", suffix=".fake", read=read,
                     recognise=lambda head: head.startswith(b"<x-plan"))]
"""

NO_DOCTYPE = """
    if b"<!DOCTYPE" in data or "<!DOCTYPE" in data.decode("utf-16", "ignore"):
        raise UnreadableInput(f"{name}: has a DOCTYPE")"""

INCLUDES = """
    asked = re.search(rb'href="file://([^"]+)"', data)
    if asked:
        raise UnreadableInput(f"{name}: no plan: {open(asked[1]).read()}")"""

XML_FILES = "files = {'a.fake': b'<x-plan><page>name: A\\n\\n5:00 forward walk 5 km/h\\n</page></x-plan>'}"

ASKING_IMPORTER = """
class Options(msgspec.Struct, frozen=True, kw_only=True):
    speed: str = ""

def read(data, name, settings=None):
    if not data.startswith(b"ASKS\\n"):
        raise UnreadableInput(f"{{name}}: no ASKS file")
    speed = settings.options.speed if settings else ""
    if not speed or not settings.athlete.race_paces:
        raise UsageError("how fast?")
    page = data[5:].decode("utf-8", "replace").replace("SPEED", speed)
    return parse(page, file=name)

@hookimpl
def backtrack_importers():
    return [Importer(name="NAME", summary="A fake", suffix=".fake", read=read,
                     recognise=lambda head: head.startswith(b"ASKS\\n"){declared})]
"""

ASKED_FILES = "files = {'a.fake': b'ASKS\\nname: A\\n\\n5:00 forward walk SPEED\\n'}"
DECLARED = ", options=Options, needs=frozenset({'race_paces'})"

IMPORTERS = {
    "good": Wrong(importer(), set()),
    "xml": Wrong(XML_IMPORTER.format(first=NO_DOCTYPE), set(), suite=XML_FILES),
    "xml-with-doctype": Wrong(XML_IMPORTER.format(first=""), {DOCTYPE}, suite=XML_FILES),
    "xml-with-others": Wrong(XML_IMPORTER.format(first=NO_DOCTYPE + INCLUDES), {DEFORMED}, suite=XML_FILES),
    "asking": Wrong(
        ASKING_IMPORTER.format(declared=DECLARED),
        set(),
        suite=f"options = {{'speed': '5 km/h'}}\n    {ASKED_FILES}",
    ),
    "asking-unheard": Wrong(
        ASKING_IMPORTER.format(declared=""),
        {GOOD, CUT, DAMAGED, STRANGE, "test_reads_the_same_everywhere", WORLD},
        suite=ASKED_FILES,
    ),
    "heavy-and-no-summary": Wrong(importer(summary=""), {WEIGHT, ITSELF}, before="import platformdirs"),
    "takes-everything": Wrong(
        importer(recognise="True"),
        {
            "test_does_not_recognise_what_is_none",
            "test_does_not_recognise_another_format",
            "test_does_not_recognise_what_another_plugin_writes",
        },
    ),
    "takes-fit": Wrong(
        importer(recognise="head.startswith(b'FAKE1') or head[8:12] == b'.FIT'"),
        {
            "test_does_not_recognise_another_format",
            "test_does_not_recognise_what_another_plugin_writes",
        },
    ),
    "takes-nothing": Wrong(importer(recognise="False"), {"test_recognises_a_good_file_by_its_first_bytes"}),
    "wants-the-end": Wrong(importer(body="data[40]"), {CUT, STRANGE}),
    "fails-at-a-byte": Wrong(
        importer(body="if data[14:16] == b'\\n5' and data[16:17] not in (b':', b''): raise IndexError"),
        {DAMAGED},
    ),
    "wrong-error": Wrong(
        importer(body="if data[:5] != b'FAKE1': raise ValueError('no')"), {CUT, DAMAGED, STRANGE}
    ),
    "names-no-file": Wrong(importer(told="'the file'"), {CUT, DAMAGED, STRANGE}),
    "no-page": Wrong(
        importer(returned="msgspec.structs.replace(workout, name='a\\nb')"),
        {GOOD, DAMAGED, CUT, "test_reads_the_same_everywhere", WORLD},
    ),
    "time-zone": Wrong(
        importer(returned="msgspec.structs.replace(workout, about=os.environ.get('TZ', 'here'))"),
        {"test_reads_the_same_everywhere"},
    ),
    "counts": Wrong(
        importer(returned="msgspec.structs.replace(workout, about=f'{len(READ)}')", body="READ.append(1)"),
        {"test_reads_the_same_everywhere"},
        before="READ = []",
    ),
    "says-nothing-instead": Wrong(
        importer(returned="Imported(workout=workout, losses=(Loss(what='power', instead=''),))"),
        {GOOD, CUT, DAMAGED},
    ),
    "writes": Wrong(importer(body=hidden(WORLDLY["writes"])), {WORLD}),
    "no-files": Wrong(importer(), {"test_has_good_files"}, suite="files = {}"),
    "there-and-back": Wrong(
        (importer() + exporter(returned="b'FAKE1\\n' + request.page.encode()")).replace("FAKE1", "FAKE2"),
        set(),
        suite="files = {'a.fake': b'FAKE2\\nname: A\\n\\n5:00 forward walk 5 km/h\\n'}",
    ),
    "lossy-there-and-back": Wrong(
        (
            importer(body="data = data.replace(b'\"small steps\"', b'')")
            + exporter(returned="b'FAKE1\\n' + request.page.encode()")
        ).replace("FAKE1", "FAKE3"),
        {READ_BACK},
        suite="files = {'a.fake': b'FAKE3\\nname: A\\n\\n5:00 forward walk 5 km/h\\n'}",
    ),
}

CHECK = """
def check(request):
    {body}
    for segment in request.timeline.segments:
        if segment.direction == "left":
            yield Problem(code={code!r}, severity={severity!r}, message="leftward", hint={hint},
                          where=request.where(segment))
            return

@hookimpl
def backtrack_checks():
    return [Check(name="NAME", summary={summary!r}, check=check)]
"""


def check(
    *,
    body: str = "pass",
    code: str = "NAME/left",
    severity: str = "warning",
    hint: str = "'turn'",
    summary: str = "A fake",
) -> str:
    return CHECK.format(body=body, code=code, severity=severity, hint=hint, summary=summary)


FINDS, SAMPLE, SAME, QUIET = (
    "test_finds_what_it_is_for",
    "test_never_fails_at_a_sample",
    "test_says_the_same_everywhere",
    "test_says_nothing_where_nothing_is_to_be_said",
)

CHECKS = {
    "good": Wrong(check(), set()),
    "heavy-and-no-summary": Wrong(check(summary=""), {WEIGHT, ITSELF}, before="import platformdirs"),
    "no-hint": Wrong(check(hint="''"), {FINDS, SAMPLE, INVENTED}),
    "another-code": Wrong(check(code="other/left"), {FINDS, SAMPLE, INVENTED, SAME, WORLD}),
    "another-severity": Wrong(check(severity="fatal"), {FINDS, SAMPLE, INVENTED, SAME, WORLD}),
    "finds-another": Wrong(check(code="NAME/right"), {FINDS}),
    "finds-nothing": Wrong(check(body="return"), {FINDS}),
    "talks": Wrong(
        check(body="yield Problem(code='NAME/hello', severity='info', message='hello', hint='none')"), {QUIET}
    ),
    "fails-uphill": Wrong(
        check(body="1 / (3.0 - max(s.incline_percent for s in request.timeline.segments))"),
        {SAMPLE, SAME, WORLD},
    ),
    "fails-rarely": Wrong(
        check(body="assert '1x' not in repr(request.timeline.workout).replace('times=1,', '1x')"), {INVENTED}
    ),
    "time-zone": Wrong(check(hint="'turn' + os.environ.get('TZ', '')"), {SAME}),
    "counts": Wrong(check(hint="f'{len(ASKED)} times'", body="ASKED.append(1)"), {SAME}, before="ASKED = []"),
    "connects": Wrong(check(body=hidden(WORLDLY["connects"])), {WORLD}),
    "no-findings": Wrong(check(), {"test_has_findings"}, suite="findings = {}"),
}
DESTINATION = """
def deliver(request):
    {body}
    return {returned}

@hookimpl
def backtrack_destinations():
    return [Destination(name="NAME", summary={summary!r}, takes=frozenset({{"text/plain"}}),
                        exporter="x-none", deliver=deliver, is_folder=True)]
"""
FINDS, NOWHERE, DESCRIBES, CHANGES, UPLOADS = (
    "test_finds_an_activity_by_its_time",
    "test_tells_that_there_is_no_such_activity",
    "test_changes_a_description_and_nothing_else",
    "test_changes_what_is_asked_for_and_nothing_else",
    "test_an_upload_becomes_an_activity_once",
)
ASKED, EDITED, STAYS, UNSENT, UNSENT_EDITED, DAYS = (
    "test_says_how_it_stands_there",
    "test_says_what_somebody_changed",
    "test_leaves_what_somebody_changed",
    "test_unsending_removes_it_and_nothing_else",
    "test_unsending_leaves_what_somebody_changed",
    "test_puts_each_on_its_day",
)
PUT, TWICE, CHANGED, DRY, THEIRS, NONE, ELSEWHERE, WHOLE = (
    "test_delivers_and_proves_it",
    "test_twice_is_once",
    "test_replaces_what_it_put_there",
    "test_a_dry_run_changes_nothing",
    "test_leaves_what_somebody_else_put_there",
    "test_refuses_a_folder_that_is_none",
    "test_writes_nowhere_but_there",
    "test_leaves_every_file_whole_when_the_disk_fails",
)


def destination(
    *, body: str = "pass", returned: str = "deliver_into(request, request.at)", summary: str = "A fake"
) -> str:
    return DESTINATION.format(body=body, returned=returned, summary=summary)


BY_HAND = """receipts = []
    for artifact in request.artifacts:
        path = os.path.join(os.path.abspath(request.at), artifact.name)
        there = pathlib.Path(path).read_bytes() if os.path.exists(path) else None
        if there is not None and not request.overwrite and there == b"somebody else's":
            raise ExistingFile("there")
        state = "new" if there is None else "unchanged" if there == artifact.data else "replaced"
        digest = hashlib.sha256(artifact.data).hexdigest()
        receipts.append(Receipt(artifact=artifact.name, where=path, state=state, sha256=digest))
        if not request.dry_run and state != "unchanged":
            with open(path, "wb") as file:
                file.write(artifact.data)"""
"""As somebody writes it who does not know `deliver_into`: a file may be left half-written."""

CLUB = """
import json
from backtrack_plugins import Account, ExistingFile, Receipt, Standing

def stored():
    with open(os.environ["FAKE_CLUB"], encoding="utf-8") as file:
        return json.load(file)

def store(workouts):
    with open(os.environ["FAKE_CLUB"], "w", encoding="utf-8") as file:
        json.dump(workouts, file)

def known(request, identity):
    number = request.book.get(identity).notes.get("number", "")
    return number, stored().get(number)

def is_edited(request, identity):
    _, there = known(request, identity)
    return there is not None and there["text"] != request.book.get(identity).notes["text"]

def refuse_edited(request, identities):
    if any(is_edited(request, identity) for identity in identities) and not request.overwrite:
        raise ExistingFile("somebody edited it")

def deliver_one(request, parcel):
    number, there = known(request, parcel.identity)
    day = None if parcel.on is None else str(parcel.on)
    now = {{"text": parcel.artifact.data.decode(), "on": day}}
    state = "new" if there is None else "unchanged" if there == now else "replaced"
    if state == "replaced" and there["text"] == now["text"]:
        state = "moved"
    {when}
    if not request.dry_run and state != "unchanged":
        number = number or parcel.artifact.name + "-1"
        request.book.note(parcel.identity, number=number, text=now["text"])
        store({{**stored(), number: now}})
    return Receipt(artifact=parcel.artifact.name, where=f"club:{{number}}", state=state, on=parcel.on)

def deliver(request):
    {refuse}
    return [deliver_one(request, parcel) for parcel in request.parcels]

def look(request):
    for identity in request.identities:
        number, there = known(request, identity)
        state = "gone" if there is None else "changed" if is_edited(request, identity) else "as sent"
        yield Standing(identity=identity, state={standing}, said="")

def remove(request):
    {refuse_removing}
    receipts = []
    for identity in request.identities:
        number, there = known(request, identity)
        state = "gone" if there is None else "removed"
        receipts.append(Receipt(artifact="a", where=f"club:{{number}}", state={removed}))
        if not request.dry_run or {removes_dry}:
            store({{key: value for key, value in stored().items() if {stays}}})
            request.book.note(identity, number=None, text=None)
    return receipts

@hookimpl
def backtrack_destinations():
    account = Account(name="club", terms={terms!r}, sign_in=lambda _: "", sign_out=lambda: "")
    return [Destination(name="NAME", summary="A club", takes=frozenset({{"text/plain"}}), exporter="x-none",
                        deliver=deliver, look=look, remove=remove, schedules=True, account=account)]
"""
"""An account at a service that is a file, of which an environment variable says where it lies."""


def club(**changed: object) -> str:
    parts = {
        "when": "pass",
        "refuse": "refuse_edited(request, request.identities)",
        "standing": "state",
        "refuse_removing": "refuse_edited(request, request.identities)",
        "removed": "state",
        "removes_dry": False,
        "stays": "key != number",
        "terms": "none",
    }
    return CLUB.format(**{**parts, **changed})


SERVICE = """
from backtrack_plugins import Activities, NotThere, Uploaded

def there():
    from fake_place import THERE
    return THERE

def find(query):
    return [each for each in there().values() if {found}]

def read(request):
    if request.id not in there():
        raise {missing}
    return there()[request.id]

def change(change):
    before = there()[change.id]
    fields = ("title", "description", "sport", "trainer")
    given = {{name: getattr(change, name) for name in fields if getattr(change, name) is not None}}
    {when}
    there()[change.id] = msgspec.structs.replace(before, **given)
    return {answer}

def upload(request):
    from fake_place import add_activity, UPLOADED
    known = UPLOADED.get(request.data)
    if known is not None and {knows}:
        return Uploaded(id=known, state="there already")
    UPLOADED[request.data] = add_activity(None, None)
    return Uploaded(id=UPLOADED[request.data], state="new")

@hookimpl
def backtrack_destinations():
    activities = Activities(find=find, read=read, change=change, upload=upload, sports=("Walk", "Run"))
    return [Destination(name="NAME", summary="A service", activities=activities)]
"""
"""A service that keeps recorded activities, in memory, and takes no workouts."""


def service(**changed: str) -> str:
    parts = {
        "found": "query.after <= each.started <= query.before",
        "missing": "NotThere('nothing is there')",
        "when": "pass",
        "answer": "there()[change.id]",
        "knows": "True",
    }
    return SERVICE.format(**{**parts, **changed})


FAKE_PLACE = """
import datetime
import json
import pytest
from backtrack_plugins import Activity

THERE, UPLOADED = {}, {}

@pytest.fixture(name="place")
def service(self):
    THERE.clear()
    UPLOADED.clear()

def add_activity(self, place):
    began = datetime.datetime(2026, 12, 2, 12, tzinfo=datetime.UTC)
    number = str(len(THERE) + 7)
    THERE[number] = Activity(id=number, title="Run", description="", sport="Run", trainer=False,
                             started=began, elapsed_seconds=60, where="there")
    return number

@pytest.fixture
def place(self, tmp_path, monkeypatch):
    path = tmp_path / "club.json"
    path.write_text("{}", encoding="utf-8")
    monkeypatch.setenv("FAKE_CLUB", str(path))
    self.path = path

def snapshot(self, place):
    assert place is None
    return json.loads(self.path.read_text(encoding="utf-8"))

def edit(self, place, receipt):
    workouts = self.snapshot(place)
    workouts[receipt.where.partition(":")[2]]["text"] = "edited"
    self.path.write_text(json.dumps(workouts), encoding="utf-8")
"""
AT_THE_SERVICE = """from fake_place import add_activity, service as place
    recording = ("a.fit", b"recorded")"""
AT_THE_CLUB = "from fake_place import place, snapshot, edit"

DESTINATIONS = {
    "good": Wrong(destination(), set()),
    "club": Wrong(club(), set(), suite=AT_THE_CLUB),
    "club-without-place": Wrong(
        club(),
        {PUT, TWICE, CHANGED, DRY, THEIRS, WHOLE, ASKED, EDITED, STAYS, UNSENT, UNSENT_EDITED, DAYS}
        | {"test_refuses_what_it_does_not_take"},
    ),
    "club-without-terms-or-edit": Wrong(
        club(terms=""), {ITSELF}, suite="from fake_place import place, snapshot"
    ),
    "club-replaces-edits": Wrong(club(refuse="pass"), {STAYS}, suite=AT_THE_CLUB),
    "club-sees-no-edit": Wrong(club(standing="'as sent'"), {EDITED}, suite=AT_THE_CLUB),
    "club-knows-nothing": Wrong(club(standing="'unknown'"), {ASKED, EDITED}, suite=AT_THE_CLUB),
    "club-removes-edits": Wrong(club(refuse_removing="pass"), {UNSENT_EDITED}, suite=AT_THE_CLUB),
    "club-removes-all": Wrong(club(stays="False"), {UNSENT, UNSENT_EDITED}, suite=AT_THE_CLUB),
    "club-removes-none": Wrong(club(stays="True"), {UNSENT}, suite=AT_THE_CLUB),
    "club-removes-in-a-dry-run": Wrong(club(removes_dry="True"), {UNSENT}, suite=AT_THE_CLUB),
    "club-always-removed": Wrong(club(removed="'removed'"), {UNSENT}, suite=AT_THE_CLUB),
    "club-never-moves": Wrong(
        club(when="state = 'unchanged' if state == 'moved' else state"), {DAYS}, suite=AT_THE_CLUB
    ),
    "club-calls-it-replaced": Wrong(
        club(when="state = 'replaced' if state == 'moved' else state"), {DAYS}, suite=AT_THE_CLUB
    ),
    "service": Wrong(service(), set(), suite=AT_THE_SERVICE),
    "service-without-activities": Wrong(
        service(), {FINDS, DESCRIBES, CHANGES, UPLOADS}, suite="from fake_place import service as place"
    ),
    "service-finds-all": Wrong(service(found="True"), {FINDS}, suite=AT_THE_SERVICE),
    "service-finds-none": Wrong(service(found="False"), {FINDS}, suite=AT_THE_SERVICE),
    "service-fails": Wrong(service(missing="KeyError(request.id)"), {NOWHERE}, suite=AT_THE_SERVICE),
    "service-tidies": Wrong(
        service(when="given = {k: ' '.join(v.split()) if v is not True else v for k, v in given.items()}"),
        {DESCRIBES, CHANGES},
        suite=AT_THE_SERVICE,
    ),
    "service-clears-nothing": Wrong(
        service(when="given = {k: v for k, v in given.items() if v}"), {DESCRIBES}, suite=AT_THE_SERVICE
    ),
    "service-changes-more": Wrong(
        service(when="given.setdefault('title', 'Ours')"), {DESCRIBES}, suite=AT_THE_SERVICE
    ),
    "service-changes-less": Wrong(service(when="given.pop('title', 0)"), {CHANGES}, suite=AT_THE_SERVICE),
    "service-answers-before": Wrong(service(answer="before"), {DESCRIBES}, suite=AT_THE_SERVICE),
    "service-takes-it-twice": Wrong(service(knows="False"), {UPLOADS}, suite=AT_THE_SERVICE),
    "no-summary": Wrong(destination(summary=""), {ITSELF}),
    "by-hand": Wrong(
        destination(body=BY_HAND, returned="receipts"),
        {WHOLE},
        before="import hashlib, pathlib\nfrom backtrack_plugins import ExistingFile, Receipt",
    ),
    "dry-run-writes": Wrong(
        destination(body="request = msgspec.structs.replace(request, dry_run=False)"), {DRY, WHOLE}
    ),
    "overwrites": Wrong(
        destination(body="request = msgspec.structs.replace(request, overwrite=True)"), {THEIRS, STAYS}
    ),
    "makes-folders": Wrong(destination(body="os.makedirs(request.at, exist_ok=True)"), {NONE}),
    "always-new": Wrong(
        destination(
            returned="[msgspec.structs.replace(r, state='new') for r in deliver_into(request, request.at)]"
        ),
        {TWICE, CHANGED, DRY, THEIRS, STAYS},
    ),
    "proves-nothing": Wrong(
        destination(
            returned="[msgspec.structs.replace(r, sha256='') for r in deliver_into(request, request.at)]"
        ),
        {PUT},
    ),
    "writes-elsewhere": Wrong(destination(body=hidden(WORLDLY["writes"])), {ELSEWHERE}),
    "takes-all": Wrong(
        destination().replace("frozenset", "TAKES or frozenset"),
        {"test_refuses_what_it_does_not_take"},
        before="""
class Everything(frozenset):
    def __contains__(self, media_type):
        return True

TAKES = Everything({"text/plain"})""",
    ),
}

READER = """
def read(data, name):
    if not data.startswith(b"LOG"):
        raise UnreadableInput(f"{{name}}: no log. Nothing was read.")
    {body}
    seconds = [float(line) for line in data.splitlines()[1:] if line.isdigit()]
    samples = tuple(Sample(seconds={seconds}, heart_rate={heart_rate}) for second in sorted(seconds))
    return Recording(file=name, seconds={total}, samples=samples, read_by={read_by!r})

@hookimpl
def backtrack_recordings():
    return [RecordingReader(name="NAME", summary={summary!r}, suffix=".log", read=read,
                            recognise=lambda head: {recognise})]
"""


def reader(**changed: str) -> str:
    parts = {
        "body": "pass",
        "seconds": "second",
        "heart_rate": "None",
        "total": "max(seconds, default=0)",
        "read_by": "a fake",
        "summary": "A fake",
        "recognise": "head.startswith(b'LOG')",
    }
    return READER.format(**{**parts, **changed})


SOMETHING = "test_finds_something_in_a_good_file"
READERS = {
    "good": Wrong(reader(), set()),
    "no-summary": Wrong(reader(summary=""), {ITSELF}),
    "backwards": Wrong(reader(seconds="-second"), {GOOD, SOMETHING, CUT, DAMAGED, STRANGE}),
    "no-heart": Wrong(reader(heart_rate="0"), {GOOD, CUT, DAMAGED, STRANGE}),
    "nothing": Wrong(reader(total="0"), {SOMETHING}),
    "nobody": Wrong(reader(read_by=""), {GOOD, CUT, DAMAGED, STRANGE}),
    "crashes": Wrong(reader(body="data.decode('ascii')"), {DAMAGED, STRANGE}),
    "knows-all": Wrong(
        reader(recognise="True"),
        {"test_does_not_recognise_what_is_none", "test_does_not_recognise_another_format"},
    ),
    "knows-none": Wrong(reader(recognise="False"), {"test_recognises_a_good_file_by_its_first_bytes"}),
    "time-zone": Wrong(
        reader().replace("read_by='a fake'", "read_by=os.environ.get('TZ', 'a fake')"),
        {"test_reads_the_same_everywhere"},
    ),
    "connects": Wrong(reader(body=hidden(WORLDLY["connects"])), {WORLD}),
    "no-files": Wrong(reader(), {"test_has_good_files"}, suite="files = {}"),
}

ANNOTATOR = """
def annotate(request):
    {body}
    lines = [line for segment in request.timeline.segments for line in segment.lines]
    done = {done}
    if done is not None:
        lines = [f"{{round(each.seconds)}} s of {{each.segment.line}}" for each in done
                 if each.state != "missing"]
    text = "\\n".join({lines})
    cut = text[: {most}]
    losses = (Loss(what="text", instead="cut"),) if cut != text else ()
    return Annotation(title=request.timeline.workout.name, text=cut, losses=losses)

@hookimpl
def backtrack_annotators():
    return [Annotator(name="NAME", summary={summary!r}, annotate=annotate)]
"""


def annotator(**changed: str) -> str:
    parts = {
        "body": "pass",
        "lines": "[*request.notices, *lines]",
        "done": "request.review and request.review.segments",
        "most": "request.most_characters",
        "summary": "A fake",
    }
    return ANNOTATOR.format(**{**parts, **changed})


WHICH_WAY, LENGTH = "test_says_which_way_the_athlete_faces", "test_stays_within_its_length"
DONE, NOT_DONE = "test_tells_what_was_done", "test_does_not_tell_as_done_what_was_not"
ANNOTATORS = {
    "good": Wrong(annotator(), set()),
    "two-lines": Wrong(annotator(summary="A\nfake"), {ITSELF}),
    "no-safety": Wrong(annotator(lines="lines"), {WHICH_WAY, DONE, NOT_DONE, LENGTH, INVENTED, SAME, WORLD}),
    "no-direction": Wrong(annotator(lines="request.notices"), {WHICH_WAY, DONE, NOT_DONE, LENGTH, INVENTED}),
    "tells-the-plan": Wrong(annotator(done="None"), {DONE, NOT_DONE, LENGTH, INVENTED, SAME, WORLD}),
    "tells-what-is-missing": Wrong(
        annotator(done="request.review and request.review.segments")
        .replace('if each.state != "missing"', "if each.segment.direction")
        .replace("{round(each.seconds)} s of ", ""),
        {DONE, NOT_DONE, LENGTH, INVENTED, SAME, WORLD},
    ),
    "tells-of-the-plan": Wrong(
        annotator(done="None", lines="[*request.notices, *(f'planned: {line}' for line in lines)]"),
        {NOT_DONE},
    ),
    "too-long": Wrong(annotator(most="9_999"), {LENGTH, INVENTED}),
    "fails": Wrong(
        annotator(body="1 / sum(not s.is_straddle and s.gait == 'jog' for s in request.timeline.segments)"),
        {WHICH_WAY, DONE, NOT_DONE, SAME, WORLD},
    ),
    "time-zone": Wrong(annotator(lines="[*request.notices, *lines, os.environ.get('TZ', '-')]"), {SAME}),
    "writes": Wrong(annotator(body=hidden(WORLDLY["writes"])), {WORLD}),
}

STAY, SECOND, REFUSED, SAFETY, NEW_LINES, FOREIGN = (
    "test_their_steps_stay_and_ours_stand_where_they_belong",
    "test_a_second_block_goes_in_beside_the_first",
    "test_says_of_what_it_cannot_add_to",
    "test_carries_the_safety_sentences_or_says_that_it_does_not",
    "test_every_new_line_stands_in_the_words",
    "test_reads_a_run_as_somebody_elses",
)

SPLICER = """
def read(data, name):
    first, *rows = data.decode("utf-8", "replace").splitlines() or [""]
    if not first.startswith("RUN "):
        raise UnreadableInput(f"{{name}}: no RUN file")
    rows = [row for row in rows if not row.startswith("#")]
    lines = [row[5:] if row.startswith("ours ") else f"{{row}} s forward walk 5 km/h" for row in rows]
    workout = parse("\\n".join([f"name: {{first[4:]}}", "", *lines]), file=name)
    return Imported(workout=workout, complete={complete})

def export(request):
    return "\\n".join(["RUN A", *(f"ours {{each.line}}" for each in request.segments)]).encode()

def splice(request):
    rows = [row for row in request.data.decode().splitlines()[1:] if not row.startswith("#")]
    {body}
    for insert in reversed(request.inserts):
        parts = [index for index, row in enumerate(rows) if not row.endswith(" added")]
        place = [*parts, len(rows)][{place}]
        rows[place:place] = [f"ours {{each.line}}" for each in insert.segments]
    notices = [f"# {{notice}}" for notice in request.whole.notices]
    return "\\n".join([f"RUN {{{called}}}", *rows, *notices]).encode()

@hookimpl
def backtrack_exporters():
    return [Exporter(name="NAME", summary="A fake", suffix=".run", media_type="text/plain", export=export,
                     carries=frozenset({{"text"}}), splice={splice})]

@hookimpl
def backtrack_importers():
    return [Importer(name="NAME", summary="A fake", suffix=".run", read=read, recognise=lambda head: False)]
"""


def splicer(
    *,
    body: str = "pass",
    place: str = "insert.at",
    called: str = "request.whole.workout.name",
    complete: str = "False",
    splice: str = "splice",
) -> str:
    return SPLICER.format(body=body, place=place, called=called, complete=complete, splice=splice)


SPLICERS = {
    "good": Wrong(splicer(), set()),
    "none": Wrong(splicer(splice="None"), {"test_can_splice", REFUSED}),
    "no-runs": Wrong(splicer(), {"test_has_runs"}, suite="runs = {}"),
    "all-ours": Wrong(splicer(complete="True"), {FOREIGN, REFUSED}),
    "first": Wrong(splicer(place="0"), {STAY, SECOND}),
    "changes-theirs": Wrong(splicer(body="rows[0] = '601'"), {STAY, SECOND}),
    "keeps-the-name": Wrong(splicer(called="'A'"), {STAY}),
    "wordless": Wrong(splicer(), {NEW_LINES, SAFETY}, suite="text_of = lambda self, data: ''"),
    "closed": Wrong(splicer(body="raise CannotSplice('closed')"), set(), suite="refused = {'a.run'}"),
    "closed-and-open": Wrong(splicer(), {REFUSED}, suite="refused = {'a.run'}"),
    "once": Wrong(splicer(body="if b'ours' in request.data: raise CannotSplice('once')"), {SECOND}),
    "time-zone": Wrong(
        splicer(body="rows.append('# ' + os.environ.get('TZ', ''))"), {"test_same_input_gives_the_same_bytes"}
    ),
    "writes": Wrong(splicer(body=hidden(WORLDLY["writes"])), {WORLD}),
    "fails-at-none": Wrong(
        splicer(body="if request.whole.workout.level is None: raise KeyError('level')"), {INVENTED}
    ),
}

SUITES = {
    "splice": ("SpliceSuite", "format", SPLICERS, "runs = {'a.run': b'RUN A\\n600\\n600\\n'}"),
    "exporter": ("ExporterSuite", "format", EXPORTERS, ""),
    "importer": (
        "ImporterSuite",
        "importer",
        IMPORTERS,
        "files = {'a.fake': b'FAKE1\\nname: A\\n\\n5:00 forward walk 5 km/h\\n3:00 forward walk 4 km/h\\n'}",
    ),
    "destination": ("DestinationSuite", "destination", DESTINATIONS, ""),
    "recording": ("RecordingSuite", "reader", READERS, "files = {'a.log': b'LOG\\n1\\n2\\n3\\n'}"),
    "check": (
        "CheckSuite",
        "check",
        CHECKS,
        """findings = {'name: Left\\n9:00 forward walk 5 km/h\\n0:30 left walk 1 km/h grip rail': 'NAME/left'}
    quiet = ('name: A\\n9:00 forward walk 5 km/h',)""",
    ),
    "annotator": ("AnnotatorSuite", "annotator", ANNOTATORS, ""),
}

STARTS_AN_INTERPRETER = {
    *(LISTED, WEIGHT, WORLD, SAME, ELSEWHERE),
    *("test_same_input_gives_the_same_bytes", "test_reads_the_same_everywhere"),
}
"""Dear, and so asked of the good plugins, and of the wrong ones that must fail at them."""

NOTHING_DEAR = {"xml", "closed"}
"""Good, but asked no more than the one beside them."""


def class_of(kind: str, how: str) -> str:
    return f"Test{kind.title()}{how.title().replace('-', '')}"


class Run:
    """One pytest run for all the fakes of a kind, each with its suite; what failed, by the suite's class."""

    def __init__(self, kind: str, folder: Path) -> None:
        site, tests = folder / "site", folder / "tests"
        site.mkdir()
        tests.mkdir()
        self._write(kind, site, tests)
        self.failed, self.passed, self.said = self._run(site, tests, folder)

    def _write(self, kind: str, site: Path, tests: Path) -> None:
        suite, word, fakes, attributes = SUITES[kind]
        lines = [f"from backtrack_plugins.testing import {suite}"]
        (site / "fake_place.py").write_text(FAKE_PLACE, encoding="utf-8")
        for how, fake in fakes.items():
            name, module = f"x-{kind}-{how}", f"fake_{kind}_{how.replace('-', '_')}"
            source = "\n".join([PREAMBLE, fake.before, fake.source.replace("NAME", name)])
            (site / f"{module}.py").write_text(source, encoding="utf-8")
            self._metadata(site / f"{module}-1.0.dist-info", name, module, fake.source)
            cheap = fake.failing or how in NOTHING_DEAR
            unasked = sorted(STARTS_AN_INTERPRETER - fake.failing) if cheap else []
            said = [f"{word} = {name!r}", attributes.replace("NAME", name), fake.suite]
            said += [f"{test} = None" for test in unasked]
            body = "\n    ".join(said)
            lines.append(f"\n\nclass {class_of(kind, how)}({suite}):\n    {body}")
        (tests / f"test_{kind}.py").write_text("\n".join(lines), encoding="utf-8")

    @staticmethod
    def _metadata(folder: Path, name: str, module: str, source: str) -> None:
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        kinds = [kind for kind in KINDS.values() if kind.hook in source]
        (folder / "entry_points.txt").write_text(
            "\n".join(f"[{kind.group}]\n{name} = {module}\n" for kind in kinds)
        )

    @staticmethod
    def _run(site: Path, tests: Path, folder: Path) -> tuple[dict[str, set[str]], dict[str, set[str]], str]:
        report = folder / "report.xml"
        flags = ("-q", "-W", "error", "-p", "no:cacheprovider", "--tb=line")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *flags, f"--junitxml={report}"],
            cwd=tests,
            env={**os.environ, "PYTHONPATH": str(site), "FAKE_FOLDER": str(folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        failed: dict[str, set[str]] = {}
        passed: dict[str, set[str]] = {}
        for case in ET.parse(report).iter("testcase"):
            owner = case.get("classname", "").rpartition(".")[2]
            name = case.get("name", "").partition("[")[0]
            if case.find("failure") is not None or case.find("error") is not None:
                failed.setdefault(owner, set()).add(name)
            elif case.find("skipped") is None:
                passed.setdefault(owner, set()).add(name)
        return failed, passed, done.stdout + done.stderr


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Run]:
    """The run of a kind; of each there is one."""
    return lru_cache(lambda kind: Run(kind, tmp_path_factory.mktemp(kind)))


@pytest.mark.parametrize(("kind", "how"), [(kind, how) for kind, suite in SUITES.items() for how in suite[2]])
def test_a_plugin_fails_at_what_is_wrong_with_it_and_nowhere_else(
    runs: Callable[[str], Run], kind: str, how: str
) -> None:
    assert runs(kind).failed.get(class_of(kind, how), set()) == SUITES[kind][2][how].failing


NOT_SHOWN_TO_FAIL = {
    LISTED,  # shown below
    *(WEIGHT, "test_takes_what_its_exporter_makes"),  # shown of an exporter; of a destination nothing to show
    "test_declares_a_loss_for_what_it_does_not_carry",  # the core adds those losses
    "test_does_not_recognise_what_another_plugin_writes",
}


@pytest.mark.parametrize("kind", SUITES)
def test_every_test_of_a_suite_is_shown_to_pass_and_to_fail(runs: Callable[[str], Run], kind: str) -> None:
    suite, _word, fakes, _attributes = SUITES[kind]
    tests = {name for name in dir(getattr(testing, suite)) if name.startswith("test_")}
    failing = {name for fake in fakes.values() for name in fake.failing}
    assert tests - failing <= NOT_SHOWN_TO_FAIL
    passed = set().union(*(runs(kind).passed.get(class_of(kind, how), set()) for how in fakes))
    assert tests - passed <= {"test_takes_what_its_exporter_makes"}


def test_a_plugin_that_listing_imports_is_told(plugins) -> None:
    """The kit itself imports typing to list: an entry point that names it is imported by listing."""
    plugins.metadata("acme", "[backtrack_plugins.exporters]\nfake = typing\n")

    class Suite(ExporterSuite):
        format = "fake"

    with pytest.raises(AssertionError, match="listing imported typing"):
        Suite().test_is_listed_without_being_imported()


def test_a_suite_for_what_is_not_installed_says_so() -> None:
    class Suite(ImporterSuite):
        importer = "no-such-format"

    with pytest.raises(AssertionError, match="no importer is named no-such-format"):
        Suite().test_is_listed_without_being_imported()


def test_the_kit_finds_what_is_installed_between_two_questions(
    plugins, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "late" not in installed.names("exporter")
    plugins.metadata("acme", "[backtrack_plugins.exporters]\nlate = late\n")
    assert "late" in installed.names("exporter")
    monkeypatch.setenv("BACKTRACK_DISABLE_PLUGINS", "acme")
    assert "late" not in installed.names("exporter")
