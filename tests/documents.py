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
_TIME = re.compile(r" in \d+\.\d\ds(?: \(\d+:\d\d:\d\d\))?")  # at the end of what pytest says
_LINK = re.compile(r"\[[^]]*\]\(([^)\s]+)\)")

TYPED = ("backtrack ", "mkdir ", "python examples/", "python -m pytest ", "BACKTRACK_")
"""What the lines of a shell block begin with that the tests run; the others install."""


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
    """Run Python with warnings as errors, for a user who has no athlete.toml of their own."""
    nowhere = {name: str(home) for name in ("HOME", "XDG_CONFIG_HOME", "LOCALAPPDATA")}
    environment = {"VIRTUAL_ENV": sys.prefix, **environment}  # which the documents tell to activate
    return subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        cwd=folder,
        env={**os.environ, **nowhere, **environment},
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


class Reader:
    """Somebody who does what a page says, from its first line to its last, in a folder with the examples."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "reader"
        self.home = folder / "home"
        self.site = folder / "site-packages"
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
            elif block.file is not None:
                self.write(block)
            elif block.language == "python":
                code += block.content
                self.run_code(code)
            for command in commands_in(block):
                self.run_command(command)

    def write(self, block: Block) -> None:
        """Write a file that the page shows; a module of a plugin goes where it is found."""
        there = self.site if block.language == "python" and "/" in block.file else self.folder
        path = there / block.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.content, encoding="utf-8")

    def run_code(self, code: str) -> None:
        """Run the code of a page so far."""
        done = run("-c", code, folder=self.folder, home=self.home, PYTHONPATH=str(self.site))
        assert done.returncode == 0, done.stdout

    def run_command(self, command: Command) -> None:
        """Run what is typed, and hold it to what is shown."""
        words = shlex.split(command.typed, comments=True)
        settings = [word for word in words if _SETTING.match(word)]
        program, *arguments = words[len(settings) :]
        if program == "mkdir":
            (self.folder / arguments[0]).mkdir()
            return
        start = {"backtrack": ["-m", "backtrack_plugins"], "python": []}[program]
        environment = dict(setting.split("=", 1) for setting in settings)
        done = run(
            *start,
            *arguments,
            folder=self.folder,
            home=self.home,
            PYTHONPATH=str(self.site),
            **environment,
        )
        assert done.returncode == command.exit_code, f"{command.typed}\n{done.stdout}"
        if command.output is not None:
            self.compare(command, done.stdout)

    def compare(self, command: Command, output: str) -> None:
        """Hold what is shown to what came out, however long it took."""
        assert _TIME.sub("", output) == _TIME.sub("", command.output), command.typed


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
        """Remember what came out."""
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
