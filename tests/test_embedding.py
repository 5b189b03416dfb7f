"""Inside somebody else's app: threads, processes, several registries, and nothing of theirs touched."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import multiprocessing
import pickle
import re
import subprocess
import sys
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

import backtrack_plugins as bt
from backtrack_plugins.registry import DISABLE
from backtrack_plugins.testing import SAMPLE_ATHLETE, SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ROOT = Path(__file__).parents[1]
THREADS = 8
ROUGH = decimal.Context(
    prec=1, rounding=decimal.ROUND_UP, traps=[decimal.Inexact, decimal.Rounded, decimal.FloatOperation]
)
"""What an app that reckons with money, or a careless one, may have set for its threads."""
SHIPPED = [row.name for row in bt.Registry().rows("exporter")]
EVERY = [(name, sample) for name in SHIPPED for sample in SAMPLES]
SAFE = SAMPLES["first-timer"]
UNSAFE = SAFE.replace("1.6 km/h grip", "7 km/h grip")


def outcome(name: str, sample: str, registry: bt.Registry) -> object:
    """The bytes of an export; where the format cannot carry the sample, what it says."""
    try:
        return bt.export(bt.parse(SAMPLES[sample]), name, SAMPLE_ATHLETE, registry=registry).data
    except bt.CannotExport as error:
        return error.as_data()


def at_once(work: Callable[[int], Any]) -> list[Any]:
    """What eight threads return that begin together; switched between as often as can be."""
    ready = threading.Barrier(THREADS)

    def begin(number: int) -> Any:
        ready.wait()
        return work(number)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(max_workers=THREADS) as pool:
            return list(pool.map(begin, range(THREADS)))
    finally:
        sys.setswitchinterval(interval)


def fresh(code: str, *, cwd: Path | None = None) -> str:
    """What a program prints that runs in an interpreter of its own, with warnings as errors."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False, cwd=cwd
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


class TestThreads:
    def test_a_registry_that_starts_cold_gives_eight_threads_the_bytes_of_one(self) -> None:
        alone = {each: outcome(*each, bt.Registry()) for each in EVERY}
        assert any(isinstance(found, bytes) for found in alone.values())
        shared = bt.Registry()

        def work(number: int) -> dict[tuple[str, str], object]:
            turned = [*EVERY[number * 3 :], *EVERY[: number * 3]]  # not all the same one at the same time
            return {each: outcome(*each, shared) for each in turned}

        assert at_once(work) == [alone] * THREADS

    @pytest.mark.parametrize("name", SHIPPED)
    def test_all_get_the_one_exporter(self, name: str) -> None:
        shared = bt.Registry()
        assert len(set(map(id, at_once(lambda _: shared.exporter(name))))) == 1

    def test_an_interpreter_that_starts_cold_imports_everything_in_eight_threads_at_once(self) -> None:
        program = """
import hashlib, sys, threading
import backtrack_plugins as bt
sys.setswitchinterval(1e-6)
found, ready = {}, threading.Barrier(8)

def work(number):
    ready.wait()
    workout = bt.parse(PAGE)
    for name in sorted(NAMES, reverse=number % 2):
        data = bt.export(workout, name, ATHLETE()).data
        found[number, name] = hashlib.sha256(data).hexdigest()
    problems = bt.check(bt.expand(workout))
    found[number, "text"] = bt.annotate(bt.expand(workout), annotator="bouts").text

def ATHLETE():
    return bt.Athlete(level="intermediate", race_paces=(bt.RaceTime("5k", 1800),))

threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert len(found) == 8 * (len(NAMES) + 1), sorted(found)
assert len(set(found.values())) == len(NAMES) + 1, found
"""
        assert fresh(f"PAGE, NAMES = {SAFE!r}, {SHIPPED!r}\n{program}") == ""

    def test_eight_of_them_write_into_one_folder_and_each_file_is_whole(self, tmp_path: Path) -> None:
        workout = bt.parse(SAFE)

        def work(number: int) -> list[bytes]:
            passes = []
            for again in range(5):  # the later ones replace what the ledger says is ours
                artifact = bt.export(
                    workout, "segments-csv", stem=f"{number}", supervised_by=f"{number} {again}"
                )
                artifact.write(tmp_path)
                passes.append(artifact.data)
            return passes

        for number, passes in enumerate(at_once(work)):
            assert len(set(passes)) > 1
            assert (tmp_path / f"{number}.csv").read_bytes() == passes[-1]
        assert not [path.name for path in tmp_path.iterdir() if path.suffix in {".part", ".kept"}]

    def test_a_thread_whose_decimals_are_rough_gets_the_same_bytes(self) -> None:
        registry = bt.Registry()
        alone = {each: outcome(*each, registry) for each in EVERY}
        with decimal.localcontext(ROUGH):
            assert {each: outcome(*each, registry) for each in EVERY} == alone

    def test_a_thread_whose_decimals_are_rough_gets_the_same_problems_and_weeks(self) -> None:
        athlete = bt.Athlete(level="first-timer", easy_walk=bt.Speed("4.5 km/h"))
        fast = bt.parse(SAFE.replace("1.6 km/h", "2.4 km/h"))
        far = bt.parse(SAFE.replace("1:00 backward walk 1.6", "412 m backward walk 2.41"))

        def work() -> object:
            weeks = bt.new_programme(athlete, dt.date(2026, 12, 2)).sessions
            return (
                [bt.check(bt.expand(workout, athlete), athlete) for workout in (fast, far)],
                [bt.fix(workout, athlete) for workout in (fast, far)],
                [bt.write(week.workout) for week in weeks],
                bt.estimate_energy(bt.expand(fast)),
            )

        alone = work()
        assert "BT108" in str(alone)
        for precision in (1, 40):
            with decimal.localcontext(ROUGH, prec=precision):
                assert work() == alone


@dataclass(eq=False)  # pluggy keeps plugins in sets
class Words:
    """A plugin of an app's own: an exporter that says one thing."""

    said: str
    name: str = "words"
    export: Callable[[bt.ExportRequest], bytes] | None = None

    @bt.hookimpl
    def backtrack_exporters(self) -> list[bt.Exporter]:
        def say(request: bt.ExportRequest) -> bytes:
            return f"{self.said}\n{request.page}".encode()

        return [
            bt.Exporter(
                name=self.name,
                summary="Words",
                suffix=".txt",
                media_type="text/plain",
                export=self.export or say,
                carries=frozenset({"text"}),
            )
        ]


class TestTwoRegistries:
    def test_have_different_plugins_under_one_name(self) -> None:
        one, other = bt.Registry(plugins=[Words("one")]), bt.Registry(plugins=[Words("other")])
        workout = bt.parse(SAFE)

        def work(number: int) -> list[bytes]:
            pair = (one, other) if number % 2 else (other, one)
            found = [bt.export(workout, "words", registry=registry).data for registry in pair * 5]
            return found if number % 2 else [found[1], found[0], *found[2:]]

        assert {data.split(b"\n")[0] for data in work(1)[:2]} == {b"one", b"other"}
        for data in at_once(work):
            assert [each.split(b"\n")[0] for each in data[:2]] == [b"one", b"other"]
        with pytest.raises(bt.UnknownPlugin):
            bt.export(workout, "words")

    def test_two_objects_in_one_registry_that_claim_one_name_are_a_clash(self) -> None:
        registry = bt.Registry(plugins=[Words("one"), Words("other")])
        with pytest.raises(bt.PluginError, match="claimed more than once"):
            registry.exporter("words")

    def test_leave_out_what_each_environment_disables(self) -> None:
        workout, registries = bt.parse(SAFE), {}
        for name in ("segments-csv", "garmin-fit"):
            registries[name] = bt.Registry(environ={DISABLE: name})

        def work(number: int) -> list[tuple[str, str, bool]]:
            said = []
            for disabled, registry in sorted(registries.items(), reverse=number % 2 == 1):
                for name in registries:
                    try:
                        bt.export(workout, name, registry=registry)
                    except bt.PluginError as error:
                        said.append((disabled, name, "disabled" in str(error)))
            return sorted(said)

        both = [("garmin-fit", "garmin-fit", True), ("segments-csv", "segments-csv", True)]
        assert at_once(work) == [both] * THREADS
        assert bt.export(workout, "segments-csv").data

    def test_disabling_a_check_holds_for_that_registry_alone(self, plugins, check_source) -> None:
        stops = "return [Problem(code='closed/e', message='closed today')]"
        plugins.install("acme", check_source("closed", stops), checks=("closed",))
        timeline = bt.expand(bt.parse(SAFE))
        with_it, without = plugins.registry(), plugins.registry({DISABLE: "closed"})

        def work(_: int) -> list[bool]:
            return [
                any(problem.code == "closed/e" for problem in bt.check(timeline, registry=registry))
                for registry in (with_it, without) * 3
            ]

        assert at_once(work) == [[True, False] * 3] * THREADS

    def test_import_a_plugins_module_once_for_all_of_them(self, plugins, exporter_source) -> None:
        module = plugins.install(
            "acme", exporter_source("counted", "return request.page.encode()"), exporters=("counted",)
        )
        workout = bt.parse(SAFE)
        for _ in range(3):
            bt.export(workout, "counted", registry=plugins.registry())
        assert len(plugins.calls(module)) == 3


class TestReentrancy:
    def test_an_exporter_may_export_check_and_annotate(self) -> None:
        registry: bt.Registry

        def both(request: bt.ExportRequest) -> bytes:
            inner = bt.export(request.workout, "segments-csv", registry=registry)
            deeper = bt.export(request.workout, "words", registry=registry)
            note = bt.annotate(request.timeline, annotator="bouts", registry=registry)
            problems = bt.check(request.timeline, registry=registry)
            said = [*map(str, problems), note.text, request.page]
            return b"\n".join([inner.data, deeper.data, *(line.encode() for line in said)])

        registry = bt.Registry(plugins=[Words("", "both", both), Words("deeper")])
        workout = bt.parse(SAFE)
        alone = bt.export(workout, "both", registry=registry).data
        assert bt.export(workout, "segments-csv").data in alone
        assert b"deeper" in alone
        assert at_once(lambda _: bt.export(workout, "both", registry=registry).data) == [alone] * THREADS

    def test_an_error_of_an_export_inside_comes_out_as_it_was(self) -> None:
        def strict(_: bt.ExportRequest) -> bytes:
            return bt.export(bt.parse(UNSAFE, file="inner.backtrack"), "segments-csv").data

        registry = bt.Registry(plugins=[Words("", "strict", strict)])
        with pytest.raises(bt.UnsafeWorkout) as refusal:
            bt.export(bt.parse(SAFE), "strict", registry=registry)
        assert {problem.where.file for problem in refusal.value.problems} == {"inner.backtrack"}


class Case(NamedTuple):
    """An error, and how somebody comes by it."""

    raised: type[bt.BacktrackError]
    call: Callable[[], object]
    details: dict[str, object]


class Club:
    """A plugin, made here, with a service that does not do what it is asked to."""

    def __init__(self, error: bt.BacktrackError) -> None:
        self._error = error

    def _deliver(self, _: bt.DeliveryRequest) -> Iterator[bt.Receipt]:
        raise self._error

    @bt.hookimpl
    def backtrack_destinations(self) -> list[bt.Destination]:
        club = bt.Destination(
            name="club",
            summary="A club",
            takes=frozenset({"text/csv"}),
            exporter="segments-csv",
            deliver=self._deliver,
        )
        return [club]


def failures() -> Iterator[bt.BacktrackError]:
    """One of each, as the plugin of a service raises it."""
    yield bt.NeedsChoice("which?", argument="device", choices=("7",), labels=("Venu",), plugin="club")
    yield bt.ByHand("no program can", steps=("Drop it.",), opens=True)
    yield bt.NotSignedIn("sign in first: backtrack login club", service="Club")
    yield bt.RateLimited("come back in a minute", service="Club", retry_after=60)
    yield bt.NotThere("there is no workout 7", service="Club", path="/workout/7")
    yield bt.Refused("the club refuses it: too long", service="Club", status=400, said="too long")
    yield bt.ServiceFailed("the club fails", service="Club", status=500)
    yield bt.Unreachable("no answer came", service="Club")


def broken(_: bt.ExportRequest) -> bytes:
    raise ZeroDivisionError("nothing")


def cases(folder: Path) -> Iterator[Case]:  # noqa: PLR0915 - a table
    """A real case of every error, through the public functions, with what it says as data."""
    workout, timeline = bt.parse(SAFE), bt.expand(bt.parse(SAFE))
    missing, gone = str(folder / "gone.backtrack"), str(folder / "gone")
    foreign = folder / "there"
    foreign.mkdir()
    artifact = bt.export(workout, "segments-csv")
    (foreign / artifact.name).write_bytes(b"somebody's own")
    damaged = folder / "walk.zwo"
    damaged.write_bytes(b"<workout_file><")

    yield Case(bt.InvalidWorkout, lambda: bt.parse("name: A\n5m forward walk 5 km/h"), {})
    yield Case(bt.InvalidWorkout, lambda: bt.from_json(b'{"name": "A", "steps": [{"kind": 5}]}'), {})
    yield Case(bt.UnsafeWorkout, lambda: bt.export(bt.parse(UNSAFE), "garmin-fit"), {})
    long = bt.parse("name: Long\n" + "5:00 forward walk 4.5 km/h\n" * 51)
    yield Case(bt.CannotExport, lambda: bt.export(long, "garmin-fit"), {})

    yield Case(bt.UnreadableInput, lambda: bt.read(missing), {"file": missing})
    yield Case(bt.UnreadableInput, lambda: bt.read_athlete(missing), {"file": missing})
    yield Case(bt.UnreadableInput, lambda: bt.import_bytes(b"?", "a.bin"), {"file": "a.bin"})
    yield Case(bt.UnreadableInput, lambda: bt.import_file(damaged), {"file": str(damaged)})
    yield Case(bt.UnreadableInput, lambda: bt.recording_from_bytes(b"?", "a.bin"), {"file": "a.bin"})

    yield Case(
        bt.UsageError,
        lambda: bt.export(workout, "zwo", options={"race": "5k=30:00"}),
        {
            "plugin": "zwo",
            "option": "race",
            "known": ("compact", "incline", "race_pace", "replacement_prescription"),
        },
    )
    yield Case(
        bt.UsageError,
        lambda: bt.export(workout, "zwo", options={"incline": "up", "race_pace": "5k=30:00"}),
        {"plugin": "zwo", "option": "incline"},
    )
    yield Case(
        bt.UsageError,
        lambda: bt.export(workout, "zwo", options={"race_pace": "5k"}),
        {"plugin": "zwo", "option": "race_pace"},
    )
    yield Case(
        bt.UsageError,
        lambda: bt.export(workout, "segments-csv", options={"comma": ";"}),
        {"plugin": "segments-csv", "option": "comma", "known": ()},
    )
    yield Case(
        bt.UsageError,
        lambda: bt.export(workout, "zwo"),
        {"plugin": "zwo", "option": "race_pace", "needs": "race_paces"},
    )
    yield Case(bt.UsageError, lambda: bt.export(workout, "zwo", stem="a/b"), {"argument": "stem"})
    yield Case(
        bt.UsageError, lambda: bt.export(workout, "zwo", supervised_by=""), {"argument": "supervised_by"}
    )
    yield Case(
        bt.UsageError,
        lambda: bt.athlete_from_toml(
            'levle = "beginner"\nmass = 70\nunits = "imperial units"\nrace_paces = 5\n'
            '[treadmill]\nslow = 1\n[silenced]\nBT1 = ""'
        ),
        {
            "file": "athlete.toml",
            "keys": ("treadmill.slow", "race_paces", "silenced.BT1", "levle", "mass", "units"),
        },
    )
    yield Case(
        bt.UsageError,
        lambda: bt.athlete_from_toml('[race_paces]\n"5k" = "soon"'),
        {"file": "athlete.toml", "keys": ("race_paces.5k",)},
    )
    yield Case(bt.UsageError, lambda: bt.athlete_from_toml("level ="), {"file": "athlete.toml"})
    proud = bt.Athlete(silenced=(bt.Silenced("BT999", "not mine"), bt.Silenced("BT101", "too strict")))
    yield Case(bt.UsageError, lambda: bt.check(timeline, proud), {"codes": ("BT999", "BT101")})
    names = tuple(sorted(entry.name for entry in bt.library_entries()))
    yield Case(bt.UsageError, lambda: bt.library_entry("first-step"), {"name": "first-step", "known": names})
    yield Case(bt.UsageError, lambda: artifact.write(gone), {"path": gone})
    yield Case(bt.UsageError, lambda: bt.read_programme(gone), {"path": gone})
    yield Case(bt.UsageError, lambda: bt.Outcome.of("splendid"), {"argument": "outcome"})
    block = bt.annotate(timeline).text
    first, half = block.partition("\n")[0], block.rpartition("\n")[0]
    yield Case(bt.DamagedBlock, lambda: bt.merge_block(half, block), {"found": (first,), "changed": False})
    yield Case(bt.ExistingFile, lambda: artifact.write(foreign), {"paths": (str(foreign / artifact.name),)})

    exporters = tuple(SHIPPED)
    asked = {"kind": "exporter", "plugin": "garmin-fti", "known": exporters}
    yield Case(bt.UnknownPlugin, lambda: bt.export(workout, "garmin-fti"), asked)
    disabled = bt.Registry(environ={DISABLE: "zwo"})
    plugin = {"kind": "exporter", "plugin": "zwo", "hook": "backtrack_exporters"}
    whose = {"distribution": "backtrack-zwo", "version": bt.__version__}
    yield Case(bt.PluginError, lambda: disabled.exporter("zwo"), {**plugin, **whose})
    failing = bt.Registry(plugins=[Words("", "broken", broken)])
    yield Case(
        bt.PluginError,
        lambda: bt.export(workout, "broken", registry=failing),
        {**plugin, "plugin": "broken"},
    )
    nothing = bt.Registry(plugins=[Words("", "broken", lambda _: None)])
    yield Case(
        bt.PluginError,
        lambda: bt.export(workout, "broken", registry=nothing),
        {**plugin, "plugin": "broken"},
    )
    into = folder / "a-folder"
    (into / artifact.name).mkdir(parents=True)
    yield Case(bt.DeliveryError, lambda: artifact.write(into), {"path": str(into / artifact.name)})
    for error in failures():
        club = bt.Registry(plugins=[Club(error)])
        yield Case(
            type(error), lambda club=club: bt.deliver([artifact], "club", registry=club), error.details
        )


def raised(case: Case) -> bt.BacktrackError:
    with pytest.raises(bt.BacktrackError) as refusal:
        case.call()
    assert type(refusal.value) is case.raised
    return refusal.value


def as_json(data: Mapping[str, Any]) -> Any:
    """What comes out of JSON: a tuple is a list there."""
    return json.loads(json.dumps(data))


class TestErrors:
    def test_each_says_as_data_what_its_sentence_speaks_of(self, tmp_path: Path) -> None:
        for case in cases(tmp_path):
            error = raised(case)
            assert error.details == case.details, str(error)
            data = as_json(error.as_data())
            problems = data.pop("problems", None)
            assert data == as_json(
                {
                    "error": case.raised.__name__,
                    "exit_code": case.raised.exit_code,
                    "message": str(error),
                    **case.details,
                }
            )
            assert (problems is not None) == isinstance(error, bt.WorkoutProblems)
            assert problems is None or all(problem["where"] for problem in problems)

    def test_there_is_a_case_of_every_class(self, tmp_path: Path) -> None:
        public = {value for name in bt.__all__ if isinstance(value := getattr(bt, name), type)}
        errors = {value for value in public if issubclass(value, bt.BacktrackError)}
        bases = {bt.BacktrackError, bt.WorkoutProblems, bt.ServiceError}
        between_us = {bt.CannotSplice}  # a plugin says it to the core, which then writes the whole anew
        assert {case.raised for case in cases(tmp_path)} == errors - bases - between_us

    def test_each_is_the_same_after_pickling(self, tmp_path: Path) -> None:
        for case in cases(tmp_path):
            error = raised(case)
            error.add_note("while the app was at work")
            again = pickle.loads(pickle.dumps(error))
            assert type(again) is type(error)
            assert str(again) == str(error)
            assert again.as_data() == error.as_data()
            assert again.__notes__ == error.__notes__


class TestProcesses:
    def test_artifacts_and_errors_come_back_whole_from_another_process(self, tmp_path: Path) -> None:
        page = tmp_path / "tuesday.backtrack"
        page.write_text(SAFE, encoding="utf-8")
        workout = bt.read(page)
        unsafe = bt.parse(UNSAFE, file="keen.backtrack")
        here = bt.export(workout, "garmin-fit", SAMPLE_ATHLETE)
        calls: list[tuple[Any, ...]] = [
            (bt.export, unsafe, "garmin-fit"),
            (bt.export, workout, "garmin-fti"),
            (bt.export, workout, "zwo"),
            (bt.parse, "name: A\n5m forward walk 5 km/h"),
            (bt.read, str(tmp_path / "gone.backtrack")),
        ]
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            there = pool.submit(bt.export, workout, "garmin-fit", SAMPLE_ATHLETE).result()
            failures = [pool.submit(*call).exception() for call in calls]
        assert there == here
        assert there.name == "tuesday.fit"
        assert there.timeline.workout.origin == workout.origin
        assert there.timeline.where(there.timeline.segments[0]).line == 5
        for (function, *arguments), failure in zip(calls, failures, strict=True):
            with pytest.raises(bt.BacktrackError) as refusal:
                function(*arguments)
            assert type(failure) is type(refusal.value)
            assert failure.as_data() == refusal.value.as_data()


_STATE = """
import atexit, decimal, gc, locale, logging, os, random, signal, socket, sys, threading, warnings
import concurrent.futures.thread, importlib.metadata, tempfile, tomllib, zipfile

def state():
    loggers = [logging.getLogger(), *logging.Logger.manager.loggerDict.values()]
    return {
        "loggers": [
            (each.name, each.level, list(each.handlers), each.propagate, each.disabled, list(each.filters))
            for each in loggers
            if isinstance(each, logging.Logger) and (each.level or each.handlers or each.disabled)
        ],
        "logging": (logging.root.manager.disable, logging.raiseExceptions, logging.lastResort),
        "logger class": logging.getLoggerClass(),
        "warnings": list(warnings.filters),
        "showwarning": (warnings.showwarning, warnings.formatwarning),
        "locale": locale.setlocale(locale.LC_ALL),
        "environ": dict(os.environ),
        "cwd": os.getcwd(),
        "umask": (os.umask(0o77), os.umask(0o22))[1],
        "signals": {each: signal.getsignal(each) for each in signal.valid_signals()},
        "hooks": (sys.excepthook, sys.displayhook, sys.unraisablehook, threading.excepthook),
        "trace": (sys.gettrace(), sys.getprofile()),
        "threads": threading.enumerate(),
        "path": list(sys.path),
        "finders": (list(sys.meta_path), list(sys.path_hooks)),
        "streams": (sys.stdin, sys.stdout, sys.stderr),
        "limits": (sys.getrecursionlimit(), sys.getswitchinterval(), sys.get_int_max_str_digits()),
        "random": random.getstate(),
        "decimal": repr(decimal.getcontext()),
        "gc": (gc.isenabled(), gc.get_threshold()),
        "socket": socket.getdefaulttimeout(),
        "temporary": os.listdir(folder),
    }

def unchanged(after):
    now = state()
    assert now == before, (after, {key: (before[key], now[key]) for key in now if now[key] != before[key]})

folder = tempfile.mkdtemp()
os.chdir(folder)
warnings.simplefilter("error")
logging.getLogger("app").setLevel(logging.DEBUG)
decimal.getcontext().prec = 5
state()
before = state()

import backtrack_plugins as bt

unchanged("importing")
for name in bt.__all__:
    getattr(bt, name)
unchanged("every public name")
registry = bt.Registry()
for row in registry.rows():
    registry.checked(row)
unchanged("every plugin")
athlete = bt.Athlete(level="intermediate", race_paces=(bt.RaceTime("5k", 1800),))
workout = bt.parse(PAGE)
problems = bt.check(bt.expand(workout, athlete), athlete)
unchanged("checking")
for row in registry.rows("exporter"):
    artifact = bt.export(workout, row.name, athlete)
    unchanged("exporting to " + row.name)
    if row.name in {each.name for each in registry.rows("importer")}:
        assert bt.import_bytes(artifact.data, artifact.name).workout == workout
        unchanged("importing from " + row.name)
bt.annotate(bt.expand(workout), annotator="bouts")
bt.estimate_energy(bt.expand(workout))
bt.fix(workout)
try:
    bt.import_bytes(b"?", "a.bin")
except bt.BacktrackError:
    pass
unchanged("annotating, energy, fixing, and an error")
print("unchanged")
"""


def test_importing_and_using_it_touches_nothing_of_the_app(tmp_path: Path) -> None:
    assert fresh(f"PAGE = {SAFE!r}\n{_STATE}", cwd=tmp_path) == "unchanged\n"


PAGES = [
    ROOT / "docs" / page
    for page in (
        "how-to/use-in-a-notebook.md",
        "how-to/embed-in-a-web-service.md",
        "explanation/threads-and-state.md",
    )
]


def python_of(page: Path) -> list[str]:
    return re.findall(
        r"^```python(?: fragment)?\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )


def test_the_code_of_the_pages_about_it_runs_or_is_that_of_the_example(tmp_path: Path) -> None:
    service = (ROOT / "examples" / "web_service" / "app.py").read_text(encoding="utf-8")
    for page in PAGES:
        blocks = python_of(page)
        assert blocks, page
        if page.stem == "embed-in-a-web-service":
            assert [block for block in blocks if block not in service] == []
        else:
            program = tmp_path / f"{page.stem}.py"  # a file: another process imports it to find the function
            program.write_text("".join(blocks), encoding="utf-8")
            done = subprocess.run(
                [sys.executable, "-W", "error", program],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
            assert (done.returncode, done.stderr) == (0, "")
            assert done.stdout
