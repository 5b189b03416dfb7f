"""The site builds, needs nothing from elsewhere, names everything there is, and what it shows is so."""

from __future__ import annotations

import argparse
import inspect
import re
import subprocess
import sys
import tomllib
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import msgspec
import pytest
from documents import ROOT, Reader, backtrack, blocks_of, grammar_tokens, rows_below, text_of

import backtrack_plugins as bt
from backtrack_plugins import hookspecs, testing
from backtrack_plugins.cli.parser import build_parser
from backtrack_plugins.kinds import KINDS
from backtrack_plugins.schema import workout_schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/**/*.md"))
NOTHING_TO_DO = {"backtrack", "json", "text"}
FOLLOWED = [page for page in PAGES if {block.language for block in blocks_of(page)} - NOTHING_TO_DO]
COMMANDS = text_of("docs/reference/command-line.md")
FORMATS = text_of("docs/reference/formats.md")
OFFERED = {
    "exporter": bt.Exporter,
    "importer": bt.Importer,
    "destination": bt.Destination,
    "recording": bt.RecordingReader,
    "check": bt.Check,
    "annotator": bt.Annotator,
}
SAFE = "name: Safe\n8:00 forward walk 5 km/h\n1:00 backward walk 1.6 km/h grip rail\n3:00 forward walk 5 km/h"


def section(text: str, heading: str) -> str:
    """What stands below a heading, up to the next of the same depth."""
    depth = heading.partition(" ")[0]
    _, _, below = text.partition(f"\n{heading}\n")
    assert below, f"there is no {heading}"
    return re.split(rf"^#{{1,{len(depth)}}} ", below, maxsplit=1, flags=re.MULTILINE)[0]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make docs` builds it."""
    (recipe,) = re.findall(r"-m sphinx (.+) build/docs/html$", text_of("Makefile"), re.MULTILINE)
    folder = tmp_path_factory.mktemp("site")
    html = folder / "html"
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-d", folder / "doctrees", *recipe.split(), html],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "WARNING" not in done.stdout
    return html


class TestTheSite:
    def test_builds_without_a_warning_and_has_every_page(self, site: Path) -> None:
        assert {"--fail-on-warning", "--keep-going", "--nitpicky"} <= set(text_of("Makefile").split())
        for page in (*PAGES, "README.md", "SAFETY.md", "plugins/zwo/README.md"):
            assert (site / page).with_suffix(".html").is_file(), page

    def test_loads_nothing_from_elsewhere(self, site: Path) -> None:
        pages = sorted(site.rglob("*.html"))
        assert pages
        for page in pages:
            assets = Assets()
            assets.feed(page.read_text(encoding="utf-8"))
            for asset in assets.found:
                assert "//" not in asset, (page.name, asset)
        for sheet in site.rglob("*.css"):
            assert not re.search(r"url\([\"']?(?:https?:)?//|@import", sheet.read_text(encoding="utf-8")), (
                sheet
            )

    def test_the_front_of_the_folder_leads_to_the_first_page(self, site: Path) -> None:
        (target,) = re.findall(r'content="0; url=([^"]+)"', (site / "index.html").read_text(encoding="utf-8"))
        assert (site / target).is_file()

    def test_a_link_out_of_docs_is_a_link_to_a_page_of_the_site(self, site: Path) -> None:
        front = (site / "docs/index.html").read_text(encoding="utf-8")
        assert 'href="../SAFETY.html"' in front
        safety = (site / "SAFETY.html").read_text(encoding="utf-8")
        assert 'href="docs/problems.html"' in safety

    def test_every_public_name_can_be_linked_to(self, site: Path) -> None:
        html = (site / "docs/reference/python-api.html").read_text(encoding="utf-8")
        assert [name for name in bt.__all__ if f'id="backtrack_plugins.{name}"' not in html] == []

    def test_no_docstring_of_a_property_was_taken_for_its_type(self, site: Path) -> None:
        for page in ("python-api", "testing-api"):
            html = (site / f"docs/reference/{page}.html").read_text(encoding="utf-8")
            assert "Type<span" not in html, "the first line of a property's docstring has a colon"


class Assets(HTMLParser):
    """What a browser loads by itself when it shows a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("src"):
            self.found.append(given["src"] or "")
        if tag == "link" and given.get("rel") not in {"canonical", "next", "prev", "index", "search"}:
            self.found.append(given.get("href") or "")


@pytest.mark.parametrize("page", FOLLOWED)
def test_what_a_page_lets_its_reader_do_ends_as_it_shows(page: str, tmp_path: Path) -> None:
    Reader(tmp_path).follow(page)


def test_few_blocks_are_fragments() -> None:
    fragments = [page for page in PAGES for block in blocks_of(page) if block.fragment]
    held_elsewhere = "docs/how-to/embed-in-a-web-service.md"  # to the example's code, by test_embedding.py
    hooks = [f"docs/reference/hooks/{kind.hook}.md" for kind in KINDS.values()]
    assert sorted(set(fragments)) == sorted([*hooks, held_elsewhere])
    assert len(fragments) <= len(hooks) + 4


@pytest.mark.parametrize("page", [page for page in PAGES if "```backtrack\n" in text_of(page)])
def test_every_page_and_line_of_a_workout_that_is_shown_can_be_read(page: str) -> None:
    for block in blocks_of(page):
        if block.language != "backtrack":
            continue
        if "name:" not in block.content:
            assert bt.write_line(bt.parse_line(block.content.strip())) == block.content.strip()
        else:
            bt.parse(block.content)


def test_the_json_shown_is_a_workout_that_passes_the_rules() -> None:
    (block,) = [block for block in blocks_of("docs/reference/json-form.md") if block.language == "json"]
    problems = bt.check(bt.expand(bt.from_json(block.content)))
    assert not [problem for problem in problems if problem.severity == "error"]


class TestHooks:
    @pytest.mark.parametrize("hook", [kind.hook for kind in KINDS.values()])
    def test_each_has_a_page_with_its_exact_signature_and_group(self, hook: str) -> None:
        page = text_of(f"docs/reference/hooks/{hook}.md")
        (group,) = [kind.group for kind in KINDS.values() if kind.hook == hook]
        signature = str(inspect.signature(getattr(hookspecs, hook))).replace("'", "")
        assert f"```python fragment\ndef {hook}{signature}: ...\n```" in page
        assert f"`{group}`" in page

    def test_every_hook_that_is_specified_has_a_kind_and_so_a_page(self) -> None:
        marked = [
            name
            for name, found in vars(hookspecs).items()
            if inspect.isfunction(found) and hasattr(found, f"{hookspecs.PROJECT}_spec")
        ]
        assert sorted(marked) == sorted(kind.hook for kind in KINDS.values())

    @pytest.mark.parametrize("kind", KINDS)
    def test_each_page_has_every_attribute_of_what_is_offered(self, kind: str) -> None:
        page = text_of(f"docs/reference/hooks/{KINDS[kind].hook}.md")
        shown = section(page, f"### {OFFERED[kind].__name__}")
        for field in msgspec.structs.fields(OFFERED[kind]):
            (row,) = [line for line in shown.splitlines() if line.startswith(f"| `{field.name}` |")]
            assert row.rsplit("|", 2)[1].strip(), f"{field.name} has no meaning in the docstring"

    @pytest.mark.parametrize(
        ("kind", "names"),
        [
            ("destination", ("Activities", "Activity", "ActivityChange", "UploadRequest", "Uploaded")),
            ("annotator", ("Review", "ReviewedSegment", "ExtraLap", "WayTotals")),
            ("recording", ("Lap", "Sample", "RecordedStep")),
        ],
    )
    def test_what_stands_within_is_on_the_page_once(self, kind: str, names: tuple[str, ...]) -> None:
        page = text_of(f"docs/reference/hooks/{KINDS[kind].hook}.md")
        assert [page.count(f"### {name}\n") for name in names] == [1] * len(names)

    @pytest.mark.parametrize("kind", KINDS)
    def test_the_example_of_each_is_a_plugin_that_works(self, kind: str, tmp_path: Path) -> None:
        page = f"docs/reference/hooks/{KINDS[kind].hook}.md"
        reader = Reader(tmp_path)
        reader.follow(page)
        done = backtrack(
            "backtrack formats --check --json",
            folder=reader.folder,
            home=reader.home,
            PYTHONPATH=str(reader.site),
        )
        rows = msgspec.json.decode(done.stdout)["plugins"]
        ours = [row for row in rows if row["distribution"] == "backtrack-of-the-page"]
        (block,) = [block for block in blocks_of(page) if block.language == "toml"]
        (points,) = tomllib.loads(block.content)["project"]["entry-points"].values()
        assert {row["name"]: row["state"] for row in ours} == dict.fromkeys(points, "installed")


class TestTheExamplesOfHooks:
    """Each is called once for what it is there for."""

    @pytest.fixture
    def example(self):
        def of(kind: str):
            blocks = blocks_of(f"docs/reference/hooks/{KINDS[kind].hook}.md")
            (source,) = [block.content for block in blocks if block.language == "python" and block.file]
            module: dict = {}
            exec(source, module)
            (offered,) = module[KINDS[kind].hook]()
            assert isinstance(offered, OFFERED[kind])
            return offered

        return of

    @pytest.fixture
    def artifact(self) -> bt.Artifact:
        options = {"race_pace": "5k=30:00"}
        return bt.export(bt.parse(SAFE), "zwo", options=options, stem="safe")

    def test_the_exporter_exports(self, plugins) -> None:
        (source,) = [b.content for b in blocks_of("docs/reference/hooks/backtrack_exporters.md") if b.file]
        plugins.install("acme", source, exporters=("my-list",))
        artifact = bt.export(bt.parse(SAFE), "my-list", registry=plugins.registry())
        assert "1:00 backward walk 1.6 km/h grip rail\n" in artifact.data.decode()

    def test_the_importer_imports_and_refuses_what_is_damaged(self, example) -> None:
        importer = example("importer")
        data = b"MY-PLAN 1\n" + SAFE.encode()
        assert importer.recognise(data[:256])
        assert importer.read(data, "a.plan") == bt.parse(SAFE)
        with pytest.raises(bt.UnreadableInput, match=r"a\.plan"):
            importer.read(data + b"\xff", "a.plan")

    def test_the_check_finds_a_long_workout(self, example) -> None:
        check = example("check")
        for minutes, codes in ((55, []), (65, ["club-hours/long"])):
            timeline = bt.expand(bt.parse(f"name: Long\n{minutes}:00 forward walk 5 km/h"))
            request = bt.CheckRequest(timeline=timeline, athlete=bt.Athlete())
            assert [problem.code for problem in check.check(request)] == codes

    def test_the_destination_delivers_and_twice_is_the_same_as_once(
        self, example, artifact: bt.Artifact, tmp_path: Path
    ) -> None:
        deliver = example("destination").deliver

        def states(**said: object) -> list[str]:
            request = bt.DeliveryRequest(artifacts=(artifact,), at=str(tmp_path), **said)
            return [receipt.state for receipt in deliver(request)]

        assert states(dry_run=True) == ["new"]
        assert not list(tmp_path.iterdir())
        assert [states(), states()] == [["new"], ["unchanged"]]
        assert (tmp_path / "safe.zwo").read_bytes() == artifact.data
        with pytest.raises(bt.UsageError):
            list(deliver(bt.DeliveryRequest(artifacts=(artifact,))))

    def test_the_recording_is_read_and_a_damaged_one_refused(self, example) -> None:
        reader = example("recording")
        data = b"seconds,heart_rate\n0,100\n60,120\n"
        assert reader.recognise(data)
        recording = reader.read(data, "a.log")
        assert (recording.seconds, recording.samples[1].heart_rate) == (60.0, 120)
        with pytest.raises(bt.UnreadableInput, match=r"a\.log"):
            reader.read(data + b"90\n", "a.log")

    def test_the_annotator_annotates(self, example) -> None:
        request = bt.AnnotationRequest(
            timeline=bt.expand(bt.parse(SAFE)),
            notices=("Mind the belt.",),
            athlete=bt.Athlete(),
            most_characters=1500,
        )
        annotation = example("annotator").annotate(request)
        assert (annotation.title, annotation.text) == ("Safe", "Mind the belt.")


def parsers(words: str = "backtrack", parser: argparse.ArgumentParser | None = None) -> Iterator[tuple]:
    """Every command and action, with its parser, found anew."""
    for action in (parser or build_parser())._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, child in action.choices.items():
                yield f"{words} {name}", child
                yield from parsers(f"{words} {name}", child)


class TestTheCommandLine:
    @pytest.mark.parametrize(("words", "parser"), list(parsers()), ids=lambda value: str(value)[:40])
    def test_every_command_and_action_has_a_section_with_every_argument(
        self, words: str, parser: argparse.ArgumentParser
    ) -> None:
        shown = section(COMMANDS, f"### {words}")
        for action in parser._actions:
            if isinstance(action, argparse._HelpAction | argparse._SubParsersAction):
                continue
            name = ", ".join(action.option_strings) or action.metavar
            begins = re.compile(rf"\| `\[?{re.escape(name)}(?![\w-])")
            (row,) = [line for line in shown.splitlines() if begins.match(line)]
            assert row.rsplit("|", 2)[1].strip(), f"{name} has no help"

    def test_every_environment_variable_that_the_source_reads_is_there(self) -> None:
        folder = ROOT / "src/backtrack_plugins"
        rooms = {path for name in ("testing", "scaffold") for path in folder.glob(f"{name}/**/*.py")}
        source = "".join(path.read_text(encoding="utf-8") for path in {*folder.glob("**/*.py")} - rooms)
        of_a_plugin = re.compile(r"getattr\(\w+, \"\w+\"")  # an attribute of its module, and no variable
        read = set(re.findall(r"\b(?:BACKTRACK|XDG)_[A-Z]+(?:_[A-Z]+)*\b", of_a_plugin.sub("", source)))
        assert len(read) > 2
        assert {name for name in read if f"| `{name}` |" not in COMMANDS} == set()

    def test_the_exit_codes_are_those_of_the_help(self) -> None:
        for said in build_parser().epilog.removeprefix("exit codes: ").split("; "):
            code, _, meaning = said.partition(" ")
            assert f"| {code} | {meaning} |" in COMMANDS


def fields_of(found: object) -> tuple[str, ...]:
    """The fields of a Struct or a named tuple; none of anything else, such as a function or a limit."""
    if not inspect.isclass(found):
        return ()
    return getattr(found, "__struct_fields__", None) or getattr(found, "_fields", ())


class TestPublicNames:
    @pytest.mark.parametrize(
        ("module", "page"), [(bt, "python-api"), (testing, "testing-api")], ids=["core", "testing"]
    )
    def test_each_is_documented_exactly_once(self, module, page: str) -> None:
        directives = re.findall(
            r"^\.\. (?:auto\w+|py:data):: (?:backtrack_plugins\.(?:testing\.)?)?(\w+)$",
            text_of(f"docs/reference/{page}.md"),
            re.MULTILINE,
        )
        assert sorted(directives) == sorted(module.__all__)

    @pytest.mark.parametrize("name", [name for name in bt.__all__ if fields_of(getattr(bt, name))])
    def test_every_attribute_says_in_the_docstring_what_it_is(self, name: str) -> None:
        found = getattr(bt, name)
        said = inspect.getdoc(found) or ""
        assert [field for field in fields_of(found) if f"\n    {field}: " not in said] == []


class TestFormats:
    @pytest.mark.parametrize("kind", KINDS)
    def test_all_that_the_plugins_here_offer_and_every_option_of_it_is_there(self, kind: str) -> None:
        for path in ROOT.glob("plugins/*/pyproject.toml"):
            project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
            for name in project.get("entry-points", {}).get(KINDS[kind].group, ()):
                offered = bt.Registry(environ={})._get(kind, f"{project['name']}:{name}")
                shown = section(FORMATS, f"### {kind.capitalize()} {name}")
                assert offered.summary in shown
                options = getattr(offered, "options", None)
                for field in msgspec.structs.fields(options) if options else ():
                    (row,) = [line for line in shown.splitlines() if line.startswith(f"| `{field.name}` |")]
                    assert row.rsplit("|", 2)[1].strip(), (
                        f"{name}.{field.name} has no meaning in its docstring"
                    )

    @pytest.mark.parametrize("folder", sorted(path.parent.name for path in ROOT.glob("plugins/*/README.md")))
    def test_every_code_of_a_plugin_is_explained_in_its_readme(self, folder: str) -> None:
        points = tomllib.loads(text_of(f"plugins/{folder}/pyproject.toml"))["project"].get("entry-points", {})
        names = sorted({name for group in points.values() for name in group})
        pattern = rf"""["'](?:{"|".join(map(re.escape, names))})/[a-z0-9-]+["']"""
        sources = ROOT.glob(f"plugins/{folder}/src/**/*.py")
        found = {code for path in sources for code in re.findall(pattern, path.read_text(encoding="utf-8"))}
        codes = {code[1:-1] for code in found}
        readme = text_of(f"plugins/{folder}/README.md")
        assert {code for code in codes if f"`{code}`" not in readme} == set()
        assert {code for code in codes if f"`{code}`" not in FORMATS} == set()


class TestFilesThatPeopleWrite:
    def test_every_key_of_an_athlete_file_is_there(self) -> None:
        page = text_of("docs/reference/athlete-file.md")
        for struct in (bt.Athlete, bt.Treadmill):
            for key in struct.__struct_fields__:
                assert f"| `{key}` |" in page or f"| `[{key}]` |" in page

    def test_the_athlete_file_shown_is_the_example(self) -> None:
        shown = [block.content for block in blocks_of("docs/reference/athlete-file.md")]
        assert shown == [text_of("examples/athlete.toml")]

    def test_every_field_of_the_json_form_is_there(self) -> None:
        page = text_of("docs/reference/json-form.md")
        for name, described in workout_schema()["$defs"].items():
            shown = section(page, f"### {name}")
            assert all(f"| `{field}` |" in shown for field in described["properties"])

    @pytest.mark.parametrize(("part", "token"), grammar_tokens("docs/reference/workout-file.md"))
    def test_every_token_of_the_grammar_is_read_and_written_as_shown(self, part: str, token: str) -> None:
        line = {
            "amount": "2:00",
            "direction": "backward",
            "gait": "walk",
            "speed": "2 km/h",
            "rail": "light rail",
        }
        line[part] = token
        assert token in bt.write_line(bt.parse_line(" ".join(line.values())))

    def test_what_is_also_read_is_written_in_the_form_beside_it(self) -> None:
        rows = rows_below("docs/reference/workout-file.md", ["read", "written"])
        pairs = [
            pair
            for read, written in rows
            for pair in zip(re.findall(r"`([^`]+)`", read), re.findall(r"`([^`]+)`", written), strict=True)
        ]
        assert len(pairs) > 10
        line = "7:00 backward walk 2 km/h light rail"
        for read, written in pairs:
            for part in ("7:00 ", "backward ", "2 km/h ", "light rail", " "):
                try:
                    made = bt.write_line(bt.parse_line(line.replace(part, f" {read} ", 1)))
                except bt.InvalidWorkout:
                    continue
                assert written in made
                break
            else:
                raise AssertionError(f"{read} is not read")

    def test_the_lines_of_artifacts_that_are_shown_are_dropped_when_reading(self) -> None:
        rows = rows_below("docs/reference/workout-file.md", ["line", "what it is"])
        dropped = "\n".join(line.strip("`") for line, _ in rows)
        assert bt.parse(f"{SAFE}\n{dropped}") == bt.parse(SAFE)
