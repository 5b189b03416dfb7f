"""A new plugin project: what is refused, what is written, and that it runs where nothing else is."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from environments import OURS, ROOT, environment, run
from packaging.requirements import Requirement

import backtrack_plugins as bt
from backtrack_plugins.cli import parser
from backtrack_plugins.kinds import KINDS
from backtrack_plugins.registry import RESERVED
from backtrack_plugins.scaffold import LICENCES, NOBODY, new_plugin
from backtrack_plugins.scaffold.names import MOST_CHARACTERS, clashes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOW_TO = ROOT / "docs" / "how-to" / "start-a-plugin.md"

LONGEST = "a-name-as-long-as-one-can-be-x"
NAMES = ["x", "5k", "class", "my-watch", LONGEST]
"""The shortest, one that begins with a digit, a keyword of Python's, an everyday one, the longest."""

needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
each_kind = pytest.mark.parametrize("kind", KINDS)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def written(folder: Path, kind: str, name: str, **asked: str) -> Path:
    """The folder of a new project."""
    paths = new_plugin(kind, name, folder, **asked)
    project = folder / f"backtrack-{name}"
    assert sorted(Path(path) for path in paths) == [project / path for path in contents(project)]
    return project


def table(project: Path) -> dict[str, Any]:
    return tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))


class TestANameThatIsRefused:
    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("My_Watch", "write my-watch"),
            ("my watch", "write my-watch"),
            ("my--watch-", "write my-watch"),
            ("Meine Ühr", "write meine-uhr"),
            ("", "lower-case letters, digits and hyphens"),
            ("時計", "lower-case letters, digits and hyphens"),
            ("../up", "write up"),
            ("my-watch\n", "write my-watch"),
            ("$name", "write name"),
            ("a" * (MOST_CHARACTERS + 1), "at most 30 characters"),
            ("A" * 5000, "lower-case letters"),
            ("backtrack-my-watch", "write my-watch"),
            ("plugins", "the core"),
        ],
    )
    def test_is_answered_with_what_to_write(self, tmp_path: Path, name: str, said: str) -> None:
        with pytest.raises(bt.UsageError, match=said) as refusal:
            new_plugin("exporter", name, tmp_path)
        assert str(refusal.value).isprintable()
        assert len(str(refusal.value)) < 200
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("name", sorted(RESERVED))
    def test_is_one_too_vague_for_one_plugin(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(bt.UsageError, match=f"reserved; say whose it is, such as my-{name}"):
            new_plugin("exporter", name, tmp_path)
        assert list(tmp_path.iterdir()) == []


class TestWhatElseIsRefused:
    @pytest.mark.parametrize(
        ("kind", "said"),
        [
            ("exportr", "did you mean exporter?"),
            ("Exporters", "did you mean exporter?"),
            ("zebra", "there are: exporter, importer, destination, recording, check, annotator"),
            ("", "is no kind of plugin"),
        ],
    )
    def test_is_a_kind_that_is_none(self, tmp_path: Path, kind: str, said: str) -> None:
        with pytest.raises(bt.UsageError, match=re.escape(said)):
            new_plugin(kind, "my-watch", tmp_path)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("author", ["", "  ", "a\nb", "\x1b[31m", "a" * 101, "\udc80"])
    def test_is_an_author_that_cannot_be_written(self, tmp_path: Path, author: str) -> None:
        with pytest.raises(bt.UsageError, match="1 to 100 printable characters"):
            new_plugin("exporter", "my-watch", tmp_path, author=author)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("licence", ["mit", "GPL", "", "MIT OR Apache-2.0"])
    def test_is_a_licence_we_do_not_know(self, tmp_path: Path, licence: str) -> None:
        with pytest.raises(bt.UsageError, match=r"one of MIT, Apache-2\.0, GPL-3\.0-or-later, none"):
            new_plugin("exporter", "my-watch", tmp_path, licence=licence)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("folder", ["nowhere", "nowhere/deeper", "a\0b", ""])
    def test_is_a_folder_that_is_not_there(self, tmp_path: Path, folder: str) -> None:
        with pytest.raises(bt.UsageError, match="is no folder; name a folder to write into"):
            new_plugin("exporter", "my-watch", os.path.join(tmp_path, folder) if folder else "")
        assert list(tmp_path.iterdir()) == []

    def test_is_a_file_in_a_folders_place(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("mine", encoding="utf-8")
        with pytest.raises(bt.UsageError, match="is a file; name a folder"):
            new_plugin("exporter", "my-watch", tmp_path / "file")

    @pytest.mark.parametrize("there", ["a folder", "an empty folder", "a file", "a link that leads nowhere"])
    def test_is_a_project_that_is_there_already_and_nothing_of_it_is_touched(
        self, tmp_path: Path, there: str
    ) -> None:
        project = tmp_path / "backtrack-my-watch"
        if there == "a file":
            project.write_text("mine", encoding="utf-8")
        elif there == "a link that leads nowhere":
            project.symlink_to(tmp_path / "nowhere")
        else:
            project.mkdir()
        if there == "a folder":
            (project / "README.md").write_text("mine", encoding="utf-8")
        before = contents(tmp_path)
        with pytest.raises(bt.ExistingFile, match="already there") as refusal:
            new_plugin("exporter", "my-watch", tmp_path)
        assert refusal.value.details["paths"] == (str(project),)
        assert contents(tmp_path) == before
        assert [path.name for path in tmp_path.iterdir()] == [project.name]


def _small_disk() -> None:
    """Let no file grow over 4 KiB: as on a full disk, writing fails half-way."""
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


def _bound_by_permissions() -> None:
    """Let permissions hold for root too, as for everyone: give up CAP_DAC_OVERRIDE for good."""
    if os.geteuid() == 0:
        import ctypes

        ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE


@pytest.mark.skipif(sys.platform != "linux", reason="limits of a process, as Linux has them")
class TestAFileSystemThatRefuses:
    def new(self, folder: Path, limit: Callable[[], None]) -> subprocess.CompletedProcess[str]:
        command = ("plugins", "new", "exporter", "my-watch", "--licence", "Apache-2.0", "--dir", folder)
        return subprocess.run(
            [sys.executable, "-m", "backtrack_plugins", *command],
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=limit,
        )

    def test_because_it_is_full_leaves_nothing(self, tmp_path: Path) -> None:
        done = self.new(tmp_path, _small_disk)
        assert (done.returncode, done.stdout) == (3, "")
        assert "file too large. Check that the folder can be written to and has room." in done.stderr
        assert list(tmp_path.iterdir()) == []

    def test_because_it_may_not_be_written_leaves_nothing(self, tmp_path: Path) -> None:
        folder = tmp_path / "locked"
        folder.mkdir()
        folder.chmod(0o555)
        try:
            done = self.new(folder, _bound_by_permissions)
        finally:
            folder.chmod(0o755)
        if done.returncode == 0:
            pytest.skip("this user may write to every folder, and cannot give that up")
        assert (done.returncode, done.stdout) == (3, "")
        assert "permission denied" in done.stderr
        assert list(folder.iterdir()) == []


def test_of_several_at_once_one_writes_it_whole_and_the_others_are_told(tmp_path: Path) -> None:
    def new(_number: int) -> bool:
        try:
            new_plugin("exporter", "my-watch", tmp_path)
        except (bt.ExistingFile, bt.DeliveryError):
            return False
        return True

    with ThreadPoolExecutor(max_workers=8) as pool:
        assert sum(pool.map(new, range(8))) == 1
    (tmp_path / "alone").mkdir()
    alone = written(tmp_path / "alone", "exporter", "my-watch")
    assert contents(tmp_path / "backtrack-my-watch") == contents(alone)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["alone", "backtrack-my-watch"]


class TestWhatIsWritten:
    @pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
    def test_may_be_read_by_whoever_may_read_new_files(self, tmp_path: Path) -> None:
        (tmp_path / "folder").mkdir()
        (tmp_path / "file").touch()
        project = written(tmp_path, "exporter", "my-watch")
        for path in (project, *project.rglob("*")):
            usual = tmp_path / ("folder" if path.is_dir() else "file")
            assert path.stat().st_mode == usual.stat().st_mode

    @each_kind
    def test_is_the_same_everywhere(self, tmp_path: Path, kind: str) -> None:
        found = []
        for number, environ in enumerate(
            (
                {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
                {"TZ": "America/St_Johns", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2"},
            )
        ):
            folder = tmp_path / str(number)
            folder.mkdir()
            command = ("plugins", "new", kind, "my-watch", "--author", "Ada Ü", "--dir", folder)
            subprocess.run(
                [sys.executable, "-m", "backtrack_plugins", *command],
                env={**os.environ, **environ},
                capture_output=True,
                check=True,
            )
            found.append(contents(folder))
        assert found[0] == found[1]
        (tmp_path / "2").mkdir()
        assert contents(written(tmp_path / "2", kind, "my-watch", author="Ada Ü").parent) == found[0]

    @each_kind
    @pytest.mark.parametrize("licence", LICENCES)
    def test_has_every_placeholder_filled(self, tmp_path: Path, kind: str, licence: str) -> None:
        files = contents(written(tmp_path, kind, "my-watch", author="$name ${word}", licence=licence))
        for path, data in files.items():
            text = data.decode().replace("$name ${word}", "").replace("${{ matrix.python }}", "")
            shell = path == "Makefile"
            assert not re.findall(r"\{\{|\$\{|\$[a-z]\w+" if not shell else r"\{\{|\$\{", text), path
            assert "\r" not in text
            assert not text or text.endswith("\n")

    @each_kind
    def test_names_the_entry_point_and_the_hooks_it_is_for(self, tmp_path: Path, kind: str) -> None:
        project = written(tmp_path, kind, "my-watch")
        assert table(project)["project"]["entry-points"] == {
            KINDS[kind].group: {"my-watch": "backtrack_my_watch.plugin"}
        }
        source = (project / "src/backtrack_my_watch/plugin.py").read_text(encoding="utf-8")
        assert f"\nBACKTRACK_HOOK_API = {bt.HOOK_API}\n" in source
        assert f"def {KINDS[kind].hook}()" in source

    def test_asks_for_a_core_that_this_one_is(self, tmp_path: Path) -> None:
        declared = table(written(tmp_path, "exporter", "my-watch"))["project"]
        (core,) = [Requirement(text) for text in declared["dependencies"]]
        assert core.name == "backtrack-plugins"
        assert core.specifier.contains(bt.__version__)
        assert not core.specifier.contains("1.0")
        assert declared["optional-dependencies"]["test"] == ["backtrack-plugins[testing]"]

    @pytest.mark.parametrize("author", ['Ada "the" \\ Ü', "O'Neil", "{{x}} $name %s"])
    def test_has_the_author_as_they_are_written(self, tmp_path: Path, author: str) -> None:
        project = written(tmp_path, "exporter", "my-watch", author=f"  {author} ")
        assert table(project)["project"]["authors"] == [{"name": author}]
        assert f"Copyright (c) {author}\n" in (project / "LICENSE").read_text(encoding="utf-8")

    @pytest.mark.parametrize(
        ("licence", "begins"),
        [
            ("MIT", "MIT License\n\nCopyright (c) The authors\n"),
            ("Apache-2.0", "\n                                 Apache License\n"),
            ("GPL-3.0-or-later", "backtrack-my-watch: "),
        ],
    )
    def test_has_its_licence_in_the_metadata_and_as_a_file(
        self, tmp_path: Path, licence: str, begins: str
    ) -> None:
        project = written(tmp_path, "exporter", "my-watch", licence=licence)
        assert table(project)["project"]["license"] == licence
        assert table(project)["project"]["license-files"] == ["LICENSE"]
        assert (project / "LICENSE").read_text(encoding="utf-8").startswith(begins)

    def test_says_that_it_has_no_licence_when_there_is_none(self, tmp_path: Path) -> None:
        project = written(tmp_path, "exporter", "my-watch", licence="none")
        assert {"license", "license-files"}.isdisjoint(table(project)["project"])
        assert not (project / "LICENSE").exists()
        assert "nobody else may copy this" in (project / "README.md").read_text(encoding="utf-8")

    def test_the_mit_licence_is_the_cores_own_but_for_year_and_name(self, tmp_path: Path) -> None:
        ours = (ROOT / "LICENSE").read_text(encoding="utf-8")
        theirs = (written(tmp_path, "exporter", "my-watch") / "LICENSE").read_text(encoding="utf-8")
        assert theirs == re.sub(r"\(c\) .*", f"(c) {NOBODY}", ours)


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for each kind, with a project for each name; names cannot be shared within one kind."""
    folder = tmp_path_factory.mktemp("my plugins")
    for kind in KINDS:
        (folder / kind).mkdir()
        for name in NAMES:
            new_plugin(kind, name, folder / kind)
    return folder


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What mypy knows of the core already; the kinds share it."""
    return tmp_path_factory.mktemp("mypy")


class TestTheCode:
    @pytest.mark.parametrize("command", [("check", "--no-cache"), ("format", "--check", "--no-cache")])
    def test_of_every_kind_and_name_pleases_ruff(self, projects: Path, command: tuple[str, ...]) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, projects], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout

    @each_kind
    def test_of_every_kind_asks_for_strict_types(self, projects: Path, kind: str) -> None:
        assert table(projects / kind / "backtrack-my-watch")["tool"]["mypy"]["strict"] is True

    def test_of_every_kind_pleases_mypy(self, projects: Path, known: Path) -> None:
        """One after the other, since what the first needs is then known to the others."""
        for kind in KINDS:
            done = subprocess.run(
                [sys.executable, "-m", "mypy", "--cache-dir", known],
                cwd=projects / kind / "backtrack-my-watch",
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{kind}: {done.stdout}"
            assert "no issues found in 3 source files" in done.stdout


class Written(NamedTuple):
    """What an author writes in place of a placeholder: a real function, though a small one.

    Attributes:
        name: The plugin's.
        says: What the failing test says to write.
        plugin: What is replaced by what in the plugin.
        test: The same in its test.
    """

    name: str
    says: str
    plugin: dict[str, str]
    test: dict[str, str] = {}  # noqa: RUF012 - nobody changes it


WRITTEN = {
    "exporter": Written(
        "my-watch",
        "now write to_my_watch() in src/backtrack_my_watch/plugin.py, "
        "then replace this test by one that reads a file back with somebody else's reader",
        {
            "return request.page.encode()": (
                'return "\\n".join([*request.notices, *(line for segment in request.segments '
                "for line in segment.lines)]).encode()"
            )
        },
    ),
    "importer": Written(
        "my-app",
        "now write is_my_app() and from_my_app() in src/backtrack_my_app/plugin.py, ",
        {
            'FIRST_BYTES = b"# my-app\\n"': 'FIRST_BYTES = b"<easy minutes="',
            "page = data.decode()": 'page = f"name: Easy\\n{int(data[14:-2])}:00 forward walk 5 km/h"',
            "except UnicodeDecodeError as error:": "except ValueError:",
            "damaged at byte {error.start}": "damaged",
        },
        {
            'EXAMPLE = b"# my-app\\n" + PAGE.encode()': 'EXAMPLE = b"<easy minutes=9/>"',
            "SAID = bt.parse(PAGE)": 'SAID = bt.parse("name: Easy\\n9:00 forward walk 5 km/h")',
        },
    ),
    "destination": Written(
        "my-shelf",
        "now write find_my_shelf() in src/backtrack_my_shelf/plugin.py, ",
        {'"where-my-shelf-looks"': '"Shelf"'},
    ),
    "recording": Written(
        "my-log",
        "now write is_my_log() and read_my_log() in src/backtrack_my_log/plugin.py, ",
        {
            'COLUMNS = "seconds,metres,heart_rate"': 'COLUMNS = "t;hr"',
            'seconds, metres, heart_rate = row.split(",")': 'seconds, heart_rate = row.split(";")',
            "        metres=float(metres) if metres else None,\n": "",
        },
        {"EXAMPLE = TABLE": 'EXAMPLE = b"t;hr\\n0;91\\n2.5;93\\n"'},
    ),
    "check": Written(
        "my-club",
        "now write check_my_club() in src/backtrack_my_club/plugin.py, and say in FINDINGS what it finds, ",
        {'"my-club/example"': '"my-club/late"', "seconds > HOUR_SECONDS": "seconds > HOUR_SECONDS / 2"},
        {'"my-club/example"': '"my-club/late"'},
    ),
    "annotator": Written(
        "my-words",
        "now write annotate_my_words() in src/backtrack_my_words/plugin.py, ",
        {"Which way: ": "Well done, you went "},
    ),
}


class Installed(NamedTuple):
    """An environment with the core and one plugin of each kind, installed from where their code stands."""

    python: Path
    folder: Path

    def project(self, kind: str) -> Path:
        return self.folder / f"backtrack-{WRITTEN[kind].name}"

    def pytest(self, kind: str) -> subprocess.CompletedProcess[str]:
        """Run a project's own tests."""
        return subprocess.run(
            [self.python, "-m", "pytest", "-p", "no:cacheprovider"],
            cwd=self.project(kind),
            env={**{name: value for name, value in os.environ.items() if name not in OURS}, "COLUMNS": "80"},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The projects as they are written, where nothing is installed but the core and what its tests need."""
    python = environment(tmp_path_factory, "pip", "hatchling", "editables")
    folder = tmp_path_factory.mktemp("my plugins")
    for kind, what in WRITTEN.items():
        new_plugin(kind, what.name, folder)
    editable = [word for path in sorted(folder.iterdir()) for word in ("-e", str(path))]
    run(python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", *editable, cwd=folder)
    return Installed(python, folder)


def test_every_plugin_is_listed_and_none_is_broken(installed: Installed) -> None:
    said = run(installed.python, "-m", "backtrack_plugins", "plugins", "--json", cwd=installed.folder)
    rows = {(row["kind"], row["name"]): row["state"] for row in json.loads(said)["plugins"]}
    assert rows == {(kind, what.name): "installed" for kind, what in WRITTEN.items()}


@each_kind
def test_one_test_of_a_new_project_fails_and_says_what_to_write(installed: Installed, kind: str) -> None:
    done = installed.pytest(kind)
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.search(r"^=+ 1 failed, \d+ passed(, \d+ skipped)? in ", done.stdout, re.MULTILINE), done.stdout
    assert f"\n{WRITTEN[kind].says}" in done.stdout
    assert done.stdout.count("\nFAILED ") == 1


@needs_make
def test_make_test_uses_the_environment_that_is_active(installed: Installed) -> None:
    done = make(
        installed.project("check"),
        "test",
        VIRTUAL_ENV=str(installed.python.parents[1]),
        # Nothing is fetched: what pip builds with is there, as all it asks for is.
        PIP_NO_INDEX="1",
        PIP_NO_BUILD_ISOLATION="0",
    )
    assert done.returncode == 2, done.stderr
    assert " 1 failed, " in done.stdout
    assert WRITTEN["check"].says in done.stdout
    assert not (installed.project("check") / ".venv").exists()


def replace(file: Path, changes: dict[str, str]) -> None:
    text = file.read_text(encoding="utf-8")
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")


@each_kind
def test_it_goes_green_when_the_function_is_written(installed: Installed, kind: str) -> None:
    project = installed.project(kind)
    (plugin,), (test,) = project.glob("src/*/plugin.py"), project.glob("tests/test_*.py")
    before = {file: file.read_bytes() for file in (plugin, test)}
    try:
        replace(plugin, WRITTEN[kind].plugin)
        replace(test, WRITTEN[kind].test)
        done = installed.pytest(kind)
    finally:
        for file, data in before.items():
            file.write_bytes(data)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "failed" not in done.stdout


def make(project: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    handed_down = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "PYTHON", "VIRTUAL_ENV"}
    ours = OURS | handed_down
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    return subprocess.run(
        ["make", *arguments],
        cwd=project,
        env={**environment, "LC_ALL": "C", **environ},
        capture_output=True,
        text=True,
        check=False,
    )


@needs_make
class TestMake:
    def test_makes_an_environment_where_none_is_active(self, projects: Path) -> None:
        project = projects / "check" / "backtrack-x"
        done = make(project, "--dry-run", "test", f"PYTHON={sys.executable}")
        assert done.returncode == 0, done.stderr
        assert f'"{sys.executable}" -m venv .venv' in done.stdout
        commands = [
            shlex.split(line) for line in done.stdout.splitlines() if "install" in line or "pytest" in line
        ]
        assert [command for command in commands if command[-2:] == ["-e", ".[test]"]]
        assert [".venv/bin/python", "-m", "pytest"] in commands
        assert str(project) not in done.stdout

    def test_installs_the_core_from_a_checkout_first(self, projects: Path) -> None:
        project = projects / "check" / "backtrack-x"
        done = make(project, "--dry-run", "test", f"PYTHON={sys.executable}", "CORE=/some where/core")
        installing = [shlex.split(line) for line in done.stdout.splitlines() if " install -e" in line]
        assert [words[-1] for words in installing] == ["/some where/core[testing]", ".[test]"]

    def test_says_which_python_is_needed(self, projects: Path) -> None:
        done = make(projects / "check" / "backtrack-x", "test", "PYTHON=")
        assert done.returncode == 2
        assert "Python 3.11 or later is needed and was not found" in done.stdout

    def test_says_when_the_active_environment_is_gone(self, projects: Path, tmp_path: Path) -> None:
        done = make(projects / "check" / "backtrack-x", "test", VIRTUAL_ENV=str(tmp_path / "gone"))
        assert done.returncode == 2
        assert "which has no Python. Leave it first: deactivate" in done.stdout

    def test_says_when_the_environment_has_no_pip(self, projects: Path, tmp_path: Path) -> None:
        run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare", cwd=tmp_path)
        done = make(projects / "check" / "backtrack-x", "test", VIRTUAL_ENV=str(tmp_path / "bare"))
        assert done.returncode == 2
        assert "has no pip. Put it there: python -m ensurepip" in done.stdout


class TestWhatIsInstalledAlready:
    def test_under_the_same_name_is_said_with_how_it_is_settled(self, plugins, exporter_source) -> None:
        plugins.install("acme", exporter_source("my-watch"), exporters=("my-watch",))
        (said,) = clashes("exporter", "my-watch", plugins.registry())
        assert said == (
            "the exporter my-watch is there already, from acme 1.0; whoever installs both must say which, "
            "acme:my-watch or backtrack-my-watch:my-watch, or uninstall one, or name its distribution in "
            "BACKTRACK_DISABLE_PLUGINS"
        )
        assert clashes("exporter", "other", plugins.registry()) == []
        assert clashes("importer", "my-watch", plugins.registry()) == []

    def test_of_two_checks_nobody_can_say_which(self, plugins, check_source) -> None:
        plugins.install("acme", check_source("my-club"), checks=("my-club",))
        (said,) = clashes("check", "my-club", plugins.registry())
        assert "must uninstall one, or name its distribution in" in said

    @pytest.mark.parametrize("distribution", ["backtrack-my-watch", "Backtrack_My.Watch"])
    def test_as_a_distribution_of_the_same_name_takes_its_place(
        self, plugins, exporter_source, distribution: str
    ) -> None:
        plugins.install(
            distribution, exporter_source("other"), exporters=("other", "my-watch"), module="fake"
        )
        (said,) = clashes("exporter", "my-watch", plugins.registry())
        assert said.startswith(f"{distribution} 1.0 is installed here, and the new project has its name")


class TestTheCommand:
    def test_says_what_it_wrote_and_what_comes_next(self, command) -> None:
        done = command("plugins", "new", "exporter", "my-watch")
        assert (done.code, done.err) == (0, "")
        assert done.out.startswith("backtrack-my-watch/\n")
        assert "        backtrack_my_watch/\n            __init__.py\n            plugin.py\n" in done.out
        assert "\ncd backtrack-my-watch && make test" in done.out
        assert done.out.endswith("write: to_my_watch() in src/backtrack_my_watch/plugin.py\n")

    def test_writes_into_the_folder_it_is_told(self, command, tmp_path: Path) -> None:
        folder = tmp_path / "my code"
        folder.mkdir()
        done = command("plugins", "new", "check", "my-club", "--dir", folder)
        assert (folder / "backtrack-my-club" / "pyproject.toml").is_file()
        assert f"cd '{folder}/backtrack-my-club' && make test" in done.out

    def test_says_the_same_as_data(self, command) -> None:
        data = command("plugins", "new", "recording", "my-log", "--author", "Ada", "--json").data
        assert data["files"] == list(contents(Path("backtrack-my-log")))
        assert data["folder"] == "backtrack-my-log"
        assert (data["author"], data["licence"], data["warnings"]) == ("Ada", "MIT", [])
        assert data["write"] == {"function": "read_my_log", "file": "src/backtrack_my_log/plugin.py"}

    @pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
    def test_refuses_with_the_exit_code_of_wrong_usage(self, command, form: tuple[str, ...]) -> None:
        done = command("plugins", "new", "exporter", "My Watch", *form)
        assert done.code == 2
        assert "write my-watch" in (done.out if form else done.err)
        assert os.listdir() == []

    @pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
    def test_warns_of_what_is_installed_and_writes_all_the_same(
        self, command, plugins, exporter_source, form: tuple[str, ...]
    ) -> None:
        plugins.install("acme", exporter_source("my-watch"), exporters=("my-watch",))
        done = command("plugins", "new", "exporter", "my-watch", *form)
        assert done.code == 0
        assert "the exporter my-watch is there already, from acme 1.0" in (done.out if form else done.err)
        assert os.path.isdir("backtrack-my-watch")

    def test_offers_the_licences_there_are(self) -> None:
        assert tuple(LICENCES) == parser._LICENCES

    def test_names_every_kind_in_its_help(self, command) -> None:
        with pytest.raises(SystemExit):
            parser.parse_arguments(["plugins", "new"])
        done = command("plugins", "new", "--help")
        assert all(kind in done.out for kind in KINDS)


class TestTheAuthor:
    @pytest.fixture
    def git(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
        """Say what git is configured with, and nothing else of this machine's."""
        if shutil.which("git") is None:
            pytest.skip("git is not installed")

        def configure(text: str) -> None:
            (tmp_path / "gitconfig").write_text(text, encoding="utf-8")
            monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
            monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")

        return configure

    @pytest.mark.parametrize(
        ("configured", "author"),
        [
            ("[user]\n\tname = Ada Ü\n", "Ada Ü"),
            ("", NOBODY),
            ('[user]\n\tname = "a\\nb"\n', NOBODY),
            ("no git configuration", NOBODY),
        ],
    )
    def test_is_who_git_says(self, command, git, configured: str, author: str) -> None:
        git(configured)
        assert command("plugins", "new", "check", "my-club", "--json").data["author"] == author
        assert table(Path("backtrack-my-club"))["project"]["authors"] == [{"name": author}]

    def test_is_nobody_where_there_is_no_git(self, command, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", os.curdir)
        assert command("plugins", "new", "check", "my-club", "--json").data["author"] == NOBODY

    def test_is_who_is_named_whatever_git_says(self, command, git) -> None:
        git("[user]\n\tname = Ada\n")
        named = command("plugins", "new", "check", "my-club", "--author", "Bob", "--json")
        assert named.data["author"] == "Bob"


class TestTheCoresCheckout:
    @pytest.fixture
    def _active(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("VIRTUAL_ENV", "/some/where")

    def test_is_named_where_no_environment_is_active(self, command, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("VIRTUAL_ENV", raising=False)
        data = command("plugins", "new", "check", "my-club", "--json").data
        assert data["next"] == f"cd backtrack-my-club && make test CORE={shlex.quote(str(ROOT))}"

    @pytest.mark.usefixtures("_active")
    def test_is_not_needed_where_one_is(self, command) -> None:
        data = command("plugins", "new", "check", "my-club", "--json").data
        assert data["next"] == "cd backtrack-my-club && make test"


def console(text: str) -> Iterator[tuple[str, str]]:
    """Each command shown in a document, with the output below it."""
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        command, _, shown = block.removeprefix("$ ").partition("\n")
        yield command, shown


class TestTheHowTo:
    def test_shows_what_the_command_says(self, command, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("VIRTUAL_ENV", "/some/where")
        shown = dict(console(HOW_TO.read_text(encoding="utf-8")))
        asked = "backtrack plugins new exporter my-watch"
        assert command(*shlex.split(asked)[1:]).out == shown[asked]

    def test_shows_what_the_failing_test_says(self, installed: Installed) -> None:
        shown = dict(console(HOW_TO.read_text(encoding="utf-8")))[
            "python -m pytest   # exit code 1"
        ].splitlines()
        real = installed.pytest("exporter").stdout.splitlines()
        assert shown[:-1] == real[real.index(shown[0]) : -1]
        summary = re.compile(r"=+ 1 failed, \d+ passed, \d+ skipped in \d+\.\d+s =+")  # the kit grows
        assert summary.fullmatch(shown[-1])
        assert summary.fullmatch(real[-1])
