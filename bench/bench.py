"""What `make bench` prints: medians, ratios and limits as a Markdown table, and what they were measured on.

Nothing here fails because something is slow: a person reads the table.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from importlib.metadata import distributions, version
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import fit_encoders
import measuring
import pages
import recordings

from backtrack_garmin.workout_file import build
from backtrack_plugins import Athlete, InvalidWorkout, RaceTime, check, expand, parse
from backtrack_plugins.checking import check_rules
from backtrack_plugins.energy import estimate_energy
from backtrack_plugins.exporting import checked_request
from backtrack_plugins.importing import import_bytes
from backtrack_plugins.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from backtrack_plugins import ExportRequest
    from backtrack_plugins.exporter import Exporter

LIBRARIES = (
    "msgspec",
    "pluggy",
    "platformdirs",
    "fastcrc",
    "lxml",
    "garmin-fit-sdk",
    "fit-tool",
    "fitparse",
    "fitfast",
    "garth",
    "stravalib",
)
EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
ATHLETE_FILE, FOREIGN = EXAMPLES / "athlete.toml", EXAMPLES / "foreign"
ATHLETE = Athlete(level="intermediate", race_paces=(RaceTime.of("5k", "30:00"),))


class Row(NamedTuple):
    """One line of the table; a ratio or a limit may be missing."""

    measured: str
    seconds: float
    ratio: str = ""
    limit: str = ""
    within: bool | None = None


def main() -> None:
    """Measure everything and print it."""
    print("\n".join(f"- {line}" for line in machine()))
    print(f"- Load average before: {os.getloadavg()[0]:.2f}\n" if hasattr(os, "getloadavg") else "")
    print(table([*exporting(), *reading(), *checking(), *processes(), *listing(), *recorded()]))


def machine() -> Iterator[str]:
    """What the figures were measured on."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    yield f"{platform.python_implementation()} {platform.python_version()}"
    yield f"{platform.system()} {platform.machine()}, {processor()}"
    yield f"{os.cpu_count()} cores, {usable} of them usable"
    yield ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    yield f"{len(list(distributions()))} distributions installed in all"


def processor() -> str:
    """The processor's name, where the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "processor unknown"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else "processor unknown"


def exporting() -> Iterator[Row]:
    """A request to FIT and to ZWO, and FIT messages to bytes by three encoders."""
    fit, request = requested("garmin-fit", pages.AFTER_INTERVALS)
    messages, _losses = build(request)
    steps = sum(message.kind.name == "workout_step" for message in messages)
    assert steps == 12, steps
    seconds = measuring.of_functions(
        {**fit_encoders.encoders(messages), "whole": lambda: fit.export(request)}
    )
    ours = seconds["ours"]
    yield Row("FIT, 12 steps: messages to bytes", ours, "1")
    for name, limit in (("garmin-fit-sdk", 20), ("fit-tool", 60)):
        ratio = seconds[name] / ours
        yield Row(
            f"the same by {name}", seconds[name], f"{ratio:.0f}", f"at least {limit} times", ratio >= limit
        )
    yield Row("FIT, 12 steps: the whole exporter", seconds["whole"], f"{seconds['whole'] / ours:.1f}")

    zwo, request = requested("zwo", pages.AFTER_INTERVALS)
    assert len(request.segments) == 19, len(request.segments)
    taken = measuring.of_functions({"zwo": lambda: zwo.export(request)})["zwo"]
    yield Row("ZWO, 19 segments: the whole exporter", taken, "", "at most 250 us", taken <= 250e-6)


def requested(name: str, page: str) -> tuple[Exporter, ExportRequest]:
    """An installed exporter, and what it gets for a page."""
    exporter = Registry().exporter(name)
    request, _problems = checked_request(exporter, parse(page), ATHLETE)
    return exporter, request


def reading() -> Iterator[Row]:
    """A page, and files that are no page."""
    page = pages.KILOBYTE
    others = cycle(list(pages.variants(page)))
    seconds = measuring.of_functions({"page": lambda: parse(page), "unseen": lambda: parse(next(others))})
    size = len(page.encode())
    yield Row(
        f"reading a page of {size:,} bytes", seconds["page"], "", "at most 400 us", seconds["page"] <= 400e-6
    )
    yield Row("the same, with other speeds and times each time", seconds["unseen"])

    zwo = pages.somebodys_zwo(100)
    taken = measuring.of_functions({"zwo": lambda: import_bytes(zwo, "a.zwo", athlete=ATHLETE)})["zwo"]
    yield Row("importing somebody's ZWO of 100 steps", taken, "", "at most 3 ms", taken <= 3e-3)

    kinds = {name: refusing(text) for name, text in pages.BAD.items()}
    refused = measuring.of_functions(kinds, rounds=9)
    slowest = max(refused, key=refused.__getitem__)
    yield Row(
        f"refusing 20,000 bad lines, the slowest of {len(kinds)} kinds: {slowest}",
        refused[slowest],
        "",
        "below 100 ms",
        refused[slowest] < 0.1,
    )
    good = measuring.of_functions({"good": refusing(pages.TOO_MANY_GOOD)}, rounds=9)["good"]
    yield Row("refusing 20,000 good lines: too many segments", good)


def checking() -> Iterator[Row]:
    """The rules over a workout of 12 steps, and over 5,000 segments."""
    small = expand(parse(pages.AFTER_INTERVALS), ATHLETE)
    large = expand(parse(pages.FIVE_THOUSAND), ATHLETE)
    assert len(large.segments) == 5000, len(large.segments)
    taken = measuring.of_functions(
        {
            "rules": lambda: check_rules(small, ATHLETE),
            "plugins": lambda: check(small, ATHLETE),
            "energy": lambda: estimate_energy(small),
        }
    )
    whole = taken["plugins"]
    yield Row("checking a workout of 12 steps: the rules", taken["rules"], "1")
    yield Row(
        "the same, and the installed check plugins",
        whole,
        f"{whole / taken['rules']:.1f}",
        "below 200 us",
        whole < 200e-6,
    )
    yield Row("its energy", taken["energy"])
    seconds = measuring.of_functions({"large": lambda: check_rules(large, ATHLETE)}, rounds=9)["large"]
    yield Row("checking 5,000 segments", seconds, "", "below 30 ms", seconds < 0.03)


def refusing(text: str) -> Callable[[], None]:
    """A function that reads a text and expects to be told that it is no workout."""

    def refuse() -> None:
        try:
            parse(text)
        except InvalidWorkout:
            return
        raise AssertionError("the text was to be refused")

    return refuse


def processes() -> Iterator[Row]:
    """Whole processes, each against a bare interpreter."""
    script = shutil.which("backtrack", path=str(Path(sys.executable).parent))
    assert script is not None, "install the package first: make bench does"
    module = [sys.executable, "-m", "backtrack_plugins"]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        workout = home / "after-intervals.backtrack"
        workout.write_text(pages.AFTER_INTERVALS, encoding="utf-8")
        # Nobody's own athlete.toml: without --athlete the configuration folder is looked into.
        environment = {name: value for name, value in os.environ.items() if name != "XDG_CONFIG_HOME"}
        environment |= {"HOME": folder, "USERPROFILE": folder}

        def export(command: list[str]) -> list[str]:
            new = tempfile.mkdtemp(dir=folder)
            return [*command, "export", str(workout), "--to", "garmin-fit", "-o", new]

        def foreign(*said: str) -> list[str]:
            new = tempfile.mkdtemp(dir=folder)
            return [*module, *(word.replace("NEW", new) for word in said), "--athlete", str(ATHLETE_FILE)]

        zwo, fit = (str(FOREIGN / name) for name in ("tempo-tuesday.zwo", "6x400.fit"))
        block = "finisher-intermediate"
        seconds = measuring.of_processes(
            {
                "python -c pass": lambda: [sys.executable, "-c", "pass"],
                "python -m backtrack_plugins formats": lambda: [*module, "formats"],
                "backtrack formats": lambda: [script, "formats"],
                "python -m backtrack_plugins export x --to garmin-fit": lambda: export(module),
                "backtrack export x --to garmin-fit": lambda: export([script]),
                "add a finisher --after x.zwo -o y.zwo": lambda: foreign(
                    "add", block, "--after", zwo, "-o", "NEW/y.zwo"
                ),
                "add a finisher --after x.fit -o y.fit": lambda: foreign(
                    "add", block, "--after", fit, "-o", "NEW/y.fit"
                ),
                "convert x.zwo --to garmin-fit": lambda: foreign(
                    "convert", zwo, "--to", "garmin-fit", "-o", "NEW"
                ),
                "convert x.fit --to zwo": lambda: foreign("convert", fit, "--to", "zwo", "-o", "NEW"),
            },
            environment,
        )
    bare = seconds["python -c pass"]
    for name, taken in seconds.items():
        limits = {"formats": 3, "export": 7, "add": 8, "convert": 8}
        limit = next((limits[word] for word in name.split() if word in limits), None)
        if limit is None:
            yield Row(f"`{name}`", taken, "1")
        else:
            ratio = taken / bare
            yield Row(f"`{name}`", taken, f"{ratio:.2f}", f"at most {limit} times", ratio <= limit)


FIFTY = 50
_FAKE = """
from backtrack_plugins import Exporter, hookimpl

@hookimpl
def backtrack_exporters():
    return [Exporter(name={name!r}, summary="A fake", suffix=".x", media_type="a/b", export=bytes)]
"""


def listing() -> Iterator[Row]:
    """Lists of 50 plugins more, each a distribution of its own, above the lists without them."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder)
        for number in range(FIFTY):
            name = f"fake-{number}"
            (site / f"fake_{number}.py").write_text(_FAKE.format(name=name), encoding="utf-8")
            metadata = site / f"fake_{number}-1.0.dist-info"
            metadata.mkdir()
            (metadata / "METADATA").write_text(
                f"Name: {name}\nVersion: 1.0\nSummary: A fake\n", encoding="utf-8"
            )
            points = f"[backtrack_plugins.exporters]\n{name} = fake_{number}\n"
            (metadata / "entry_points.txt").write_text(points, encoding="utf-8")

        def command(path: str, action: str) -> list[str]:
            return [sys.executable, "-c", _COMMAND, path, action]

        seconds = measuring.of_processes(
            {
                f"{action}{more}": partial(command, path, action)
                for action in ("formats", "plugins")
                for more, path in (("", ""), (" and 50 more", folder))
            },
            dict(os.environ),
        )
        imported = subprocess.run(
            [sys.executable, "-c", _LOADING, folder], capture_output=True, text=True, check=True
        ).stdout.strip()
    for action in ("formats", "plugins"):
        each = (seconds[f"{action} and 50 more"] - seconds[action]) / FIFTY
        yield Row(f"`{action}`: each of 50 plugins more", each, "", "at most 2 ms", each <= 0.002)
    yield Row(f"asking for one of the 50 imports {imported} of them", 0.0, "", "1", imported == "1")


_COMMAND = """
import sys
sys.path += filter(None, sys.argv[1:2])
from backtrack_plugins.cli import main
sys.exit(main(sys.argv[2:]))
"""
_LOADING = """
import sys
sys.path.append(sys.argv[1])
from backtrack_plugins import Registry
Registry().exporter("fake-7")
print(sum(name.startswith("fake_") for name in sys.modules))
"""


def recorded() -> Iterator[Row]:
    """Reading what a watch recorded, and holding it against the plan, with each library."""
    with tempfile.TemporaryDirectory() as folder:
        hour, ten, plan = (Path(folder) / name for name in ("hour.fit", "ten.fit", "hour.backtrack"))
        hour.write_bytes(recordings.of_hours(1))
        ten.write_bytes(recordings.of_hours(10))
        plan.write_text(recordings.HOUR, encoding="utf-8")
        alone = f"import fitparse; fitparse.FitFile({str(hour)!r}).parse()"
        reading = f"import backtrack_plugins as bt; bt.read_recording({str(hour)!r})"
        module = [sys.executable, "-m", "backtrack_plugins"]
        review = [*module, "review", str(hour), "--workout", str(plan)]
        taken: dict[str, dict[str, float]] = {}
        for library in ("fitparse", "fitfast"):
            commands: dict[str, Callable[[], list[str]]] = {
                "python -c pass": lambda: [sys.executable, "-c", "pass"],
                "reading": lambda: [sys.executable, "-c", reading],
            }
            if library == "fitparse":
                commands["alone"] = lambda: [sys.executable, "-c", alone]
            if (
                subprocess.run([*module, "review", "--help"], capture_output=True, check=False).returncode
                == 0
            ):
                commands["review"] = lambda: review
            environment = {**os.environ, "BACKTRACK_FITFILE": library, "HOME": folder}
            taken[library] = measuring.of_processes(commands, environment, rounds=9)
            memory = subprocess.run(
                [sys.executable, recordings.__file__, str(ten), "36000"],
                env=environment,
                capture_output=True,
                text=True,
                check=True,
            )
            mebibytes = float(memory.stdout)
            within = mebibytes <= 250
            yield Row(
                f"reading 10 hours with {library}: memory", 0.0, f"{mebibytes:.0f} MB", "250 MB", within
            )
    alone_seconds = taken["fitparse"]["alone"]
    yield Row("an hour, 3,600 samples: fitparse alone, as a process", alone_seconds, "1")
    for library, unit, base, limit in (
        ("fitparse", "fitparse alone", alone_seconds, 1.5),
        ("fitfast", "`python -c pass`", taken["fitfast"]["python -c pass"], 8),
    ):
        for what in ("reading", "review"):
            if what in taken[library]:
                seconds = taken[library][what]
                yield Row(
                    f"the same hour, {what} as a process with {library}",
                    seconds,
                    f"{seconds / base:.2f}",
                    f"at most {limit} times {unit}",
                    seconds / base <= limit,
                )


def table(rows: list[Row]) -> str:
    """Rows as a Markdown table."""
    cells = [("measured", "median", "ratio", "limit", "within")]
    cells += [
        (
            row.measured,
            shown(row.seconds) if row.seconds else "",
            row.ratio,
            row.limit,
            {True: "yes", False: "**no**", None: ""}[row.within],
        )
        for row in rows
    ]
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    lines = [
        f"| {' | '.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))} |"
        for line in cells
    ]
    rule = f"| {' | '.join('-' * width for width in widths)} |"
    return "\n".join([lines[0], rule, *lines[1:]])


def shown(seconds: float) -> str:
    """Seconds in the unit that suits them.

    >>> shown(0.00025), shown(0.0123)
    ('250 us', '12.3 ms')
    """
    return f"{seconds * 1e6:.0f} us" if seconds < 1e-3 else f"{seconds * 1e3:.1f} ms"


if __name__ == "__main__":
    main()
