"""What the documents say is so: their commands, outputs, code, links and lists."""

import re
import shlex
import shutil
import tomllib

import pytest
from documents import (
    ROOT,
    Block,
    backtrack,
    blocks_of,
    commands_in,
    distribution,
    grammar_tokens,
    links_of,
    run,
    text_of,
)

import backtrack_plugins as bt
from backtrack_plugins.cli.parser import build_parser

README = text_of("README.md")
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "docs/**/*.md", "examples/**/*.md", "plugins/*/*.md")
    for path in ROOT.glob(pattern)
)
PYPROJECTS = [ROOT / "pyproject.toml", *sorted(ROOT.glob("plugins/*/pyproject.toml"))]

_DISTRIBUTION = re.compile(r"[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*")


def fences(language):
    return [block.content for block in blocks_of("README.md") if block.language == language]


def the_fence(language, containing):
    (content,) = [content for content in fences(language) if containing in content]
    return content


def commands(language):
    """What a user types after installing, in order."""
    blocks = [block for block in blocks_of("README.md") if block.language == language]
    return [command for block in blocks for command in commands_in(block)]


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
    for block in blocks_of("README.md"):
        if block.language == "backtrack" and block.file:
            (reader / block.file).write_text(block.content, encoding="utf-8")
    return reader


def test_every_command_of_the_readme_ends_as_it_says(folder, home):
    typed = commands("sh")
    assert {shlex.split(command.typed)[1] for command in typed} >= {
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
    for command in typed:
        if command.typed.startswith("mkdir "):
            (folder / command.typed.split()[1]).mkdir()
            continue
        done = backtrack(command.typed, folder=folder, home=home)
        assert done.returncode == command.exit_code, f"{command.typed}\n{done.stdout}"


@pytest.mark.parametrize("command", commands("console"), ids=lambda command: command.typed)
def test_every_output_shown_is_the_real_one(command, folder, home):
    done = backtrack(command.typed, folder=folder, home=home)
    assert done.stdout == command.output
    assert done.returncode == command.exit_code


def test_the_terminal_example_and_the_mistakes_are_shown():
    shown = [command.typed.split()[1] for command in commands("console")]
    assert shown == ["show", "check", "check", "explain"]


def test_every_workout_shown_without_a_name_is_one_of_the_examples():
    shown = [page for page in fences("backtrack") if Block("backtrack", page, False).file is None]
    examples = [path.read_text(encoding="utf-8") for path in (ROOT / "examples/workouts").glob("*.backtrack")]
    assert shown
    assert all(page in examples for page in shown)


@pytest.mark.parametrize(("part", "token"), grammar_tokens("README.md"))
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
    distribution({"name": "backtrack-card", "entry-points": {group: {name: module}}}, site)
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
    for link in links_of(document):
        if "://" in link:
            continue
        target, _, anchor = link.partition("#")
        there = path.parent / target if target else path
        assert there.exists(), link
        assert not anchor or anchor in anchors(there), link


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
