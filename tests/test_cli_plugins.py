"""``backtrack plugins`` and ``plugins doctor``: what is installed, what is wrong with it, and what to do."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from backtrack_plugins.calling import DISABLE, STRICT
from backtrack_plugins.kinds import KINDS
from backtrack_plugins.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

RAISES = "raise RuntimeError('half installed')"


def rows_of(out: str) -> dict[tuple[str, str], list[str]]:
    """The cells of a printed table, by name and kind."""
    lines = [line.split() for line in out.partition("\n\n")[0].splitlines()[1:]]
    return {(cells[0], cells[1]): cells for cells in lines}


class TestList:
    def test_shows_every_plugin_with_its_hooks(self, command: Callable[..., Any]) -> None:
        done = command("plugins")
        assert (done.code, done.err) == (0, "")
        assert done.out.split("\n")[0].split() == [
            "name",
            "kind",
            "version",
            "distribution",
            "state",
            "hooks",
        ]
        listed = rows_of(done.out)
        for row in Registry().rows():
            cells = listed[row.name, row.kind]
            assert cells[2:5] == [row.version, row.distribution, "installed"]
            assert KINDS[row.kind].hook in " ".join(cells[5:])

    def test_every_kind_has_a_shipped_plugin(self) -> None:
        """A hook without a useful implementation would be a guess."""
        shipped = {"backtrack-garmin", "backtrack-zwo", "backtrack-strava", "backtrack-fitfile"}
        kinds = {row.kind for row in Registry().rows() if row.distribution in {*shipped, "backtrack-example"}}
        assert kinds == set(KINDS)

    def test_shows_why_one_is_broken_and_what_to_do(self, command: Callable[..., Any], plugins: Any) -> None:
        plugins.install("acme", RAISES, exporters=("my-watch",), version="2.1")
        plugins.install("vague", RAISES, exporters=("csv",))
        plugins.metadata("damaged", "[backtrack_plugins.exporters]\nx =\n")
        done = command("plugins")
        assert done.code == 3
        listed = rows_of(done.out)
        assert listed["my-watch", "exporter"] == ["my-watch", "exporter", "2.1", "acme", "broken", "-"]
        assert listed["csv", "exporter"][4] == "reserved"
        assert listed["x", "exporter"][4] == "damaged"
        assert "exporter acme:my-watch: broken: the exporter my-watch of acme 2.1 is broken: " in done.out
        assert "RuntimeError: half installed. Reinstall or update acme, or leave it out: " in done.out

    def test_a_disabled_one_is_no_failure(
        self, command: Callable[..., Any], plugins: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plugins.install("acme", RAISES, exporters=("my-watch",))
        monkeypatch.setenv(DISABLE, "my-watch")
        done = command("plugins")
        assert done.code == 0
        assert rows_of(done.out)["my-watch", "exporter"][4] == "disabled"

    def test_gives_the_same_as_data(self, command: Callable[..., Any]) -> None:
        found = command("plugins", "--json").data["plugins"]
        assert [(row["kind"], row["name"]) for row in found] == [
            (row.kind, row.name) for row in Registry().rows()
        ]
        assert all(KINDS[row["kind"]].hook in row["hooks"] for row in found)
        took: dict[str, float] = {}
        for row in found:  # one that another of its distribution imported before it costs nothing more
            took[row["distribution"]] = took.get(row["distribution"], 0) + row["import_seconds"]
        assert all(seconds > 0 for seconds in took.values())

    def test_says_how_to_write_one_when_there_is_none(
        self, command: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "path", [])
        assert command("plugins").out.startswith(
            "No plugin is installed. To write one: backtrack plugins new"
        )


class TestDoctor:
    def findings(self, command: Callable[..., Any], *arguments: str) -> dict[str, dict[str, str]]:
        return {
            each["about"]: each
            for each in command("plugins", "doctor", *arguments, "--json").data["findings"]
        }

    def test_finds_nothing_wrong_with_what_is_shipped(self, command: Callable[..., Any]) -> None:
        done = command("plugins", "doctor")
        assert (done.code, done.err) == (0, "")
        assert "error" not in done.out
        assert sys.executable in done.out
        assert command("plugins", "doctor", "zwo").out.endswith("Nothing is wrong with these 2.\n")

    def test_says_where_it_looked(self, command: Callable[..., Any], plugins: Any) -> None:
        plugins.install("acme", RAISES, exporters=("my-watch",))
        data = command("plugins", "doctor", "--json").data
        assert str(plugins.folder) in data["looked_in"]
        assert data["python"] == sys.executable

    def test_says_what_is_broken_clashing_reserved_or_damaged(
        self, command: Callable[..., Any], plugins: Any, exporter_source: Callable[..., str]
    ) -> None:
        plugins.install("acme", RAISES, exporters=("my-watch",))
        for name in ("one", "two"):
            plugins.install(name, exporter_source("twice"), exporters=("twice",))
        plugins.install("vague", RAISES, exporters=("csv",))
        plugins.metadata("damaged", "[backtrack_plugins.exporters]\nx =\n")
        done = command("plugins", "doctor")
        assert done.code == 3
        found = self.findings(command)
        assert "half installed" in found["acme:my-watch"]["hint"]
        assert "one:twice or two:twice" in found["one:twice"]["hint"]
        assert "another exporter has the same name" in found["two:twice"]["message"]
        assert "too vague" in found["vague:csv"]["hint"]
        assert "no module" in found["damaged:x"]["hint"]
        assert {each["severity"] for each in found.values()} == {"error"}

    def test_says_who_is_slow_and_what_makes_it_so(
        self, command: Callable[..., Any], plugins: Any, exporter_source: Callable[..., str]
    ) -> None:
        source = "import time, lxml.etree\ntime.sleep(0.1)\n" + exporter_source("slow")
        plugins.install("acme", source, exporters=("slow",))
        found = self.findings(command, "slow")["acme:slow"]
        assert found["severity"] == "warning"
        assert "importing it takes" in found["message"]
        assert "lxml" in found["message"]
        assert "inside the function" in found["hint"]

    def test_says_how_to_install_what_is_not_there(self, command: Callable[..., Any]) -> None:
        done = command("plugins", "doctor", "my-watch")
        assert done.code == 3
        found = self.findings(command, "my-watch")["my-watch"]
        assert sys.executable in found["message"]
        assert "pip install backtrack-my-watch" in found["hint"]
        assert "pip install -e ." in found["hint"]

    def test_gives_the_near_match_of_a_name(self, command: Callable[..., Any]) -> None:
        assert "did you mean garmin-fit?" in command("plugins", "doctor", "garmin-fti").out

    def test_says_which_entry_point_group_is_misspelt(
        self, command: Callable[..., Any], plugins: Any
    ) -> None:
        plugins.metadata("acme", "[backtrack_plugins.exporter]\nmy-watch = acme\n")
        for arguments in ((), ("acme",)):
            found = self.findings(command, *arguments)["acme"]
            assert found["severity"] == "error"
            assert "entry-point group backtrack_plugins.exporter is none of ours" in found["message"]
            assert found["hint"] == "did its author mean backtrack_plugins.exporters?"

    def test_says_who_needs_us_and_offers_nothing(self, command: Callable[..., Any], plugins: Any) -> None:
        metadata = plugins.metadata("acme-watch", "") / "METADATA"
        metadata.write_text(
            metadata.read_text(encoding="utf-8") + "Requires-Dist: backtrack-plugins>=0.1,<1\n",
            encoding="utf-8",
        )
        found = self.findings(command, "watch")["acme-watch"]
        assert found["message"] == "needs backtrack-plugins and offers nothing to it"
        assert "entry point" in found["hint"]

    def test_says_what_the_settings_do(
        self, command: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(DISABLE, "zwo,garmin-fti,nonsense-of-mine")
        monkeypatch.setenv(STRICT, "1")
        done = command("plugins", "doctor")
        assert done.code == 0
        assert "info: backtrack-zwo:zwo: disabled" in done.out
        assert (
            "names garmin-fti, and no plugin or distribution is called so\n    did you mean garmin-fit?"
            in done.out
        )
        assert (
            "names nonsense-of-mine, and no plugin or distribution is called so\n    take it out" in done.out
        )
        assert f"info: {STRICT}: is set" in done.out

    def test_survives_what_a_plugin_does_to_python(self, command: Callable[..., Any], plugins: Any) -> None:
        plugins.install("acme", "import os\nos._exit(0)", exporters=("my-watch",))
        assert "importing it ended Python (0)" in self.findings(command, "my-watch")["acme:my-watch"]["hint"]
