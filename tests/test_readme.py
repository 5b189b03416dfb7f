"""What the documents say is so: their commands, outputs, code, links and lists."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import backtrack_plugins as bt
from backtrack_plugins.cli.parser import build_parser

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "docs/**/*.md", "examples/**/*.md", "plugins/*/*.md")
    for path in ROOT.glob(pattern)
)
PYPROJECTS = [ROOT / "pyproject.toml", *sorted(ROOT.glob("plugins/*/pyproject.toml"))]

_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_NAMED = re.compile(r"# (\S+\.backtrack)\n")
_EXIT_CODE = re.compile(r"# exit code (\d)")
_LINK = re.compile(r"\[[^]]*\]\(([^)\s]+)\)")
_DISTRIBUTION = re.compile(r"[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*")


def fences(language):
    return [content for found, content in _FENCE.findall(README) if found == language]


def the_fence(language, containing):
    (content,) = [content for content in fences(language) if containing in content]
    return content


def user_commands():
    """The lines a user types after installing, in order."""
    lines = [line for block in fences("sh") for line in block.splitlines()]
    return [line for line in lines if line.startswith(("backtrack ", "mkdir "))]


def stated_exit_code(command):
    stated = _EXIT_CODE.search(command)
    return int(stated[1]) if stated else 0


def run(*arguments, folder, home, **environment):
    """Run Python with warnings as errors, for a user who has no athlete.toml of their own."""
    nowhere = {name: str(home) for name in ("HOME", "XDG_CONFIG_HOME", "LOCALAPPDATA")}
    return subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        cwd=folder,
        env={**os.environ, **nowhere, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )


def backtrack(command, *, folder, home, **environment):
    words = shlex.split(command, comments=True)
    assert words[0] == "backtrack"
    return run("-m", "backtrack_plugins", *words[1:], folder=folder, home=home, **environment)


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def folder(tmp_path):
    """A folder as the reader has it: the examples, and the files that the README shows with a name."""
    reader = tmp_path / "reader"
    shutil.copytree(ROOT / "examples", reader / "examples")
    for page in fences("backtrack"):
        named = _NAMED.match(page)
        if named:
            (reader / named[1]).write_text(page, encoding="utf-8")
    return reader


def test_every_command_of_the_readme_ends_as_it_says(folder, home):
    commands = user_commands()
    assert {shlex.split(command)[1] for command in commands} >= {
        "show",
        "check",
        "level",
        "library",
        "add",
        "programme",
        "export",
        "import",
        "format",
    }
    for command in commands:
        if command.startswith("mkdir "):
            (folder / command.split()[1]).mkdir()
            continue
        done = backtrack(command, folder=folder, home=home)
        assert done.returncode == stated_exit_code(command), f"{command}\n{done.stdout}"


@pytest.mark.parametrize("block", fences("console"))
def test_every_output_shown_is_the_real_one(block, folder, home):
    command, _, shown = block.removeprefix("$ ").partition("\n")
    done = backtrack(command, folder=folder, home=home)
    assert done.stdout == shown
    assert done.returncode == stated_exit_code(command)


def test_the_terminal_example_and_the_mistakes_are_shown():
    assert [block.split()[2] for block in fences("console")] == ["show", "check", "check", "explain"]


def test_every_workout_shown_without_a_name_is_one_of_the_examples():
    shown = [page for page in fences("backtrack") if not _NAMED.match(page)]
    examples = [path.read_text(encoding="utf-8") for path in (ROOT / "examples/workouts").glob("*.backtrack")]
    assert shown
    assert all(page in examples for page in shown)


def grammar_tokens():
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in README.splitlines()]
    start = rows.index(["part", "needed", "written"]) + 2
    end = next(index for index, row in enumerate(rows[start:], start) if len(row) != 3)
    for part, _needed, written in rows[start:end]:
        for token in re.findall(r"`([^`]+)`", written):
            yield part, token


@pytest.mark.parametrize(("part", "token"), list(grammar_tokens()))
def test_every_token_of_the_grammar_table_is_read_and_written_as_shown(part, token):
    line = {
        "amount": "2:00",
        "direction": "backward",
        "gait": "walk",
        "speed": "2 km/h",
        "rail": "light rail",
    }
    line[part] = token
    assert token in bt.write_line(bt.parse_line(" ".join(line.values())))


def test_the_exit_codes_are_those_of_the_command_line():
    said = build_parser().epilog.removeprefix("exit codes: ")
    assert said in " ".join(README.split())


def test_the_example_app_is_shown_whole_and_short():
    source = (ROOT / "examples/embed_in_an_app.py").read_text(encoding="utf-8")
    assert source in fences("python")
    assert len(source.splitlines()) < 25


def test_the_example_app_runs_and_writes_a_fit_file_for_the_watch(folder, home, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    done = run("examples/embed_in_an_app.py", str(out), folder=folder, home=home)
    assert done.returncode == 0, done.stdout
    assert (out / "after-intervals-reset.fit").read_bytes()[8:12] == b".FIT"
    assert "lost: direction" in done.stdout


def test_the_example_app_says_what_is_unsafe_and_writes_nothing(folder, home, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    workout = folder / "examples/workouts/after-intervals-reset.backtrack"
    page = workout.read_text(encoding="utf-8")
    workout.write_text(page.replace("backward walk 2.4 km/h", "backward walk 9 km/h"), encoding="utf-8")
    done = run("examples/embed_in_an_app.py", str(out), folder=folder, home=home)
    assert done.returncode == bt.UnsafeWorkout.exit_code
    assert "9 km/h backward walk" in done.stdout
    assert not list(out.iterdir())


def test_the_json_shown_is_a_workout_that_passes_the_rules():
    (document,) = fences("json")
    workout = bt.from_json(document.encode())
    assert not [problem for problem in bt.check(bt.expand(workout)) if problem.severity == "error"]


@pytest.fixture
def card(tmp_path):
    """A folder with the README's plugin installed in it, from its code and its entry point."""
    site = tmp_path / "site-packages"
    groups = tomllib.loads(the_fence("toml", "entry-points"))["project"]["entry-points"]
    ((group, formats),) = groups.items()
    ((name, module),) = formats.items()
    source = site.joinpath(*module.split(".")).with_suffix(".py")
    source.parent.mkdir(parents=True)
    source.write_text(the_fence("python", "@hookimpl"), encoding="utf-8")
    metadata = site / "backtrack_card-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: backtrack-card\nVersion: 1.0\n", encoding="utf-8"
    )
    (metadata / "entry_points.txt").write_text(f"[{group}]\n{name} = {module}\n", encoding="utf-8")
    return site


def test_the_plugin_shown_passes_the_conformance_test_shown(card, tmp_path, home):
    (tmp_path / "test_card.py").write_text(the_fence("python", "ExporterSuite"), encoding="utf-8")
    arguments = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_card.py")
    done = run(*arguments, folder=tmp_path, home=home, PYTHONPATH=str(card))
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


def test_the_plugin_shown_is_listed_and_can_be_disabled_as_shown(card, folder, home):
    said = re.search(r"`BACKTRACK_DISABLE_PLUGINS=(\S+)`", README)[1]
    listed = backtrack("backtrack formats --check", folder=folder, home=home, PYTHONPATH=str(card))
    assert listed.returncode == 0, listed.stdout
    assert re.search(r"^  card +installed ", listed.stdout, re.MULTILINE)
    disabled = backtrack(
        "backtrack formats",
        folder=folder,
        home=home,
        PYTHONPATH=str(card),
        BACKTRACK_DISABLE_PLUGINS=said,
    )
    assert re.search(r"^  card +disabled ", disabled.stdout, re.MULTILINE)


def test_the_pip_lines_install_the_same_folders_everywhere_and_they_exist():
    lines = [line for block in (*fences("sh"), *fences("bat")) for line in block.splitlines()]
    installs = [line.partition(" install ")[2] for line in lines if " install " in line]
    assert len(installs) == 2
    assert installs[0] == installs[1]
    constraints, *folders = installs[0].removeprefix("-c ").split()
    assert (ROOT / constraints).is_file()
    assert all((ROOT / folder / "pyproject.toml").is_file() for folder in folders)


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_every_make_target_named_exists(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    targets = set(re.findall(r"(?:`|^ {4})make ([a-z]+)", text, re.MULTILINE))
    assert targets
    rules = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert targets <= set(rules)


def anchors(path):
    """The anchors of a document's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_relative_link_leads_somewhere(document):
    path = ROOT / document
    for link in _LINK.findall(path.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        target, _, anchor = link.partition("#")
        there = path.parent / target if target else path
        assert there.exists(), link
        assert not anchor or anchor in anchors(there), link


def test_the_index_of_docs_names_every_document_in_it():
    linked = set(_LINK.findall((ROOT / "docs/README.md").read_text(encoding="utf-8")))
    assert {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"} <= linked


def normal(requirement):
    return re.sub(r"[-_.]+", "-", _DISTRIBUTION.match(requirement)[0]).lower()


def required():
    """Every distribution that a pyproject or a requirements file asks for."""
    names = set()
    for path in PYPROJECTS:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        project = document["project"]
        extras = project.get("optional-dependencies", {}).values()
        for requirements in (document["build-system"]["requires"], project["dependencies"], *extras):
            names |= {normal(requirement) for requirement in requirements}
    for path in ROOT.glob("requirements-*.txt"):
        lines = path.read_text(encoding="utf-8").splitlines()
        names |= {normal(line) for line in lines if line.strip() and not line.startswith("#")}
    return names


def test_every_dependency_has_its_sentence_and_no_sentence_is_stale():
    text = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)) == required()


def test_the_changelog_begins_with_this_version_and_its_rules():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (.+)$", text, re.MULTILINE)[1]
    assert bt.__version__ in newest
    assert f"rules {bt.RULES_VERSION})" in newest


def test_what_is_recalled_can_be_found_by_the_sentence_that_safety_quotes():
    said = f"backtrack-plugins {bt.__version__}, rules {bt.RULES_VERSION}"
    assert said in " ".join((ROOT / "SAFETY.md").read_text(encoding="utf-8").split())
    workout = bt.read(ROOT / "examples/workouts/after-intervals-reset.backtrack")
    athlete = bt.read_athlete(ROOT / "examples/athlete.toml")
    for target in ("garmin-fit", "zwo", "strava-text", "segments-csv"):
        assert said.encode() in bt.export(workout, target, athlete).data
