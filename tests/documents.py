"""What the tests of documents share: taking a document apart, and doing what a reader of it does.

Run as a script with pages of ``docs``, it writes the real outputs into them, where others are shown::

    .venv/bin/python tests/documents.py docs/tutorial/first-workout.md
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent

_FENCE = re.compile(
    r"^(?P<fence>`{3,})(?P<language>\w+)(?P<rest>[^\n]*)\n(?P<content>.*?)^(?P=fence)$",
    re.DOTALL | re.MULTILINE,
)
_NAMED = re.compile(r"# ([\w./-]+\.[a-z]+)\n")
_EXIT_CODE = re.compile(r"# exit code (\d)")
_SETTING = re.compile(r"[A-Z_]+=")
_VARIES = re.compile(r"\d+(?= (?:passed|skipped))|\d+\.\d+(?=s\b)|(?<==)=+")
_LINK = re.compile(r"\[[^]]*\]\(([^)\s]+)\)")

INSTALLS = "python -m pip install -e "
TYPED = ("backtrack ", "mkdir ", "cd ", "python examples/", "python -m pytest", INSTALLS, "BACKTRACK_")
"""What the lines of a shell block begin with that the tests run; the others install what is there anyway."""


class Block(NamedTuple):
    """A fenced block: its language, its content, and whether it says that it is a fragment."""

    language: str
    content: str
    fragment: bool

    @property
    def file(self) -> str | None:
        """The file that the block is, when its first line is a comment that names one."""
        named = _NAMED.match(self.content)
        return named[1] if named else None


class Command(NamedTuple):
    """A line that a user types, and the output that is shown for it; None where none is shown."""

    typed: str
    output: str | None

    @property
    def exit_code(self) -> int:
        """What it ends with; 0 unless a comment says otherwise."""
        stated = _EXIT_CODE.search(self.typed)
        return int(stated[1]) if stated else 0


def text_of(document: str) -> str:
    """A document's text, by its path from the root of the checkout."""
    return (ROOT / document).read_text(encoding="utf-8")


def blocks_of(document: str) -> list[Block]:
    """The fenced blocks of a document, in order."""
    return [
        Block(found["language"], found["content"], found["rest"].strip() == "fragment")
        for found in _FENCE.finditer(text_of(document))
    ]


def links_of(document: str) -> list[str]:
    """The targets of a document's links."""
    return _LINK.findall(text_of(document))


def commands_in(block: Block) -> list[Command]:
    """The commands of a shell block (without outputs) or of a console block (with them)."""
    if block.language == "sh":
        return [Command(line, None) for line in block.content.splitlines() if line.startswith(TYPED)]
    if block.language != "console":
        return []
    parts = re.split(r"^\$ ", block.content, flags=re.MULTILINE)[1:]
    return [Command(typed, output) for typed, _, output in (part.partition("\n") for part in parts)]


def run(*arguments: str, folder: Path, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python with warnings as errors: without an athlete.toml, and in an environment that is active."""
    nowhere = {name: str(home) for name in ("HOME", "XDG_CONFIG_HOME", "LOCALAPPDATA")}
    at_home = {name: value for name, value in os.environ.items() if name not in {"CI", "BUILD_NUMBER"}}
    active = {"VIRTUAL_ENV": sys.prefix, "COLUMNS": "80"}  # which the documents tell to activate
    active["BACKTRACK_FITFILE"] = "fitparse"  # as with what the documents tell to install
    return subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        cwd=folder,
        env={**at_home, **nowhere, **active, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )


def backtrack(
    command: str, *, folder: Path, home: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run one command line that begins with backtrack."""
    words = shlex.split(command, comments=True)
    assert words[0] == "backtrack"
    return run("-m", "backtrack_plugins", *words[1:], folder=folder, home=home, **environment)


def distribution(project: dict, site: Path) -> Path:
    """Write the metadata that installing a project writes: its name and its entry points."""
    version = project.get("version", "1.0")
    metadata = site / f"{project['name'].replace('-', '_')}-{version}.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {version}\n", encoding="utf-8"
    )
    sections = [
        "\n".join([f"[{group}]", *(f"{name} = {module}" for name, module in points.items())])
        for group, points in project["entry-points"].items()
    ]
    (metadata / "entry_points.txt").write_text("\n\n".join(sections) + "\n", encoding="utf-8")
    return metadata


def is_as_shown(command: Command, output: str) -> bool:
    """Whether an output is the one shown, in which a line of three dots stands for lines left out.

    Of pytest the end is shown; times differ, and the kit grows.
    """
    shown = command.output or ""
    if " pytest" in command.typed:
        shown, output = (_VARIES.sub("", text) for text in (f"...\n{shown}", output))
    return bool(re.fullmatch(re.escape(shown).replace(re.escape("...\n"), "(?:.*\n)*?"), output))


class Reader:
    """Somebody who does what a page says, from its first line to its last, in a folder with the examples."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "reader"
        self.home = folder / "home"
        self.site = folder / "site-packages"
        self.paths = [self.site]
        for made in (self.home, self.site):
            made.mkdir()
        shutil.copytree(ROOT / "examples", self.folder / "examples")

    def follow(self, document: str) -> None:
        """Write its files, install its plugins, run its commands and code, and compare the outputs."""
        code = ""
        for block in blocks_of(document):
            if block.fragment:
                continue
            if block.language == "toml" and "entry-points" in block.content:
                project = tomllib.loads(block.content)["project"]
                distribution({"name": "backtrack-of-the-page", **project}, self.site)
            elif block.language == "diff":
                self.change(block)
            elif block.file is not None:
                self.write(block)
            elif block.language == "python":
                code += block.content
                self.run_code(code)
            for command in commands_in(block):
                self.run_command(command)

    def write(self, block: Block) -> None:
        """Write a file that the page shows; a module of a plugin goes where it is found."""
        in_a_project = block.file.startswith(("src/", "tests/"))
        is_module = block.language == "python" and "/" in block.file and not in_a_project
        path = (self.site if is_module else self.folder) / block.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.content, encoding="utf-8")

    def change(self, block: Block) -> None:
        """Change a file as a diff says; its hunks are parted by lines that begin with @@."""
        head, _, rest = block.content.partition("\n")
        path = self.folder / head.removeprefix("--- ")
        text = path.read_text(encoding="utf-8")
        for hunk in re.split(r"^@@.*\n", rest.partition("\n")[2], flags=re.MULTILINE):
            lines = hunk.splitlines(keepends=True)
            before, after = ("".join(line[1:] for line in lines if line[0] != sign) for sign in "+-")
            assert not hunk or text.count(before) == 1, before
            text = text.replace(before, after) if hunk else text
        path.write_text(text, encoding="utf-8")

    def install(self) -> None:
        """Install the project in this folder as editable: its code where it is, and its entry points."""
        project = tomllib.loads((self.folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        distribution(project, self.site)
        self.paths.append(self.folder / "src")

    def run_code(self, code: str) -> None:
        """Run the code of a page so far."""
        done = run("-c", code, folder=self.folder, home=self.home, PYTHONPATH=self.path)
        assert done.returncode == 0, done.stdout

    @property
    def path(self) -> str:
        """Where what the page installs is found."""
        return os.pathsep.join(map(str, self.paths))

    def run_command(self, command: Command) -> None:
        """Run what is typed, and hold it to what is shown."""
        words = shlex.split(command.typed, comments=True)
        settings = [word for word in words if _SETTING.match(word)]
        program, *arguments = words[len(settings) :]
        if program == "mkdir":
            (self.folder / arguments[0]).mkdir()
            return
        if program == "cd":
            self.folder = (self.folder / arguments[0]).resolve(strict=True)
            return
        if command.typed.startswith(INSTALLS):
            self.install()
            return
        start = {"backtrack": ["-m", "backtrack_plugins"], "python": []}[program]
        environment = dict(setting.split("=", 1) for setting in settings)
        done = run(
            *start,
            *arguments,
            folder=self.folder,
            home=self.home,
            PYTHONPATH=self.path,
            **environment,
        )
        assert done.returncode == command.exit_code, f"{command.typed}\n{done.stdout}"
        if command.output is not None:
            self.compare(command, done.stdout)

    def compare(self, command: Command, output: str) -> None:
        """Hold what is shown to what came out."""
        assert is_as_shown(command, output), f"{command.typed}\n{output}"


def rows_below(document: str, head: list[str]) -> list[list[str]]:
    """The rows of the table that has these words as its head."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text_of(document).splitlines()]
    start = rows.index(head) + 2
    end = next(index for index, row in enumerate(rows[start:], start) if len(row) != len(head))
    return rows[start:end]


def grammar_tokens(document: str) -> list[tuple[str, str]]:
    """Each part of a line with each token that the table of the grammar shows for it."""
    rows = rows_below(document, ["part", "needed", "written"])
    return [(part, token) for part, _, written in rows for token in re.findall(r"`([^`]+)`", written)]


class Writer(Reader):
    """A reader who gathers the outputs instead of comparing them."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.outputs: dict[str, str] = {}

    def compare(self, command: Command, output: str) -> None:
        """Remember what came out, unless it is what is shown."""
        if is_as_shown(command, output):
            return
        self.outputs[f"$ {command.typed}\n{command.output}"] = f"$ {command.typed}\n{output}"


def write_outputs(document: str) -> None:
    """Write the real outputs into a page."""
    with TemporaryDirectory() as folder:
        writer = Writer(Path(folder))
        writer.follow(document)
    text = text_of(document)
    for shown, output in writer.outputs.items():
        text = text.replace(shown, output)
    (ROOT / document).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    for page in sys.argv[1:]:
        write_outputs(page)
