"""Finding plugins: by name, from real metadata, and without importing any."""

from __future__ import annotations

import importlib.metadata
import sys
from itertools import chain
from typing import TYPE_CHECKING

import pytest

import backtrack_plugins as bt
from backtrack_plugins.kinds import KINDS
from backtrack_plugins.registry import DISABLE, RESERVED, STRICT, Registry, entry_points

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

RAISES = "raise RuntimeError('imported')"


def get(registry: Registry, name: str) -> bt.Exporter:
    return registry.exporter(name)


class TestListing:
    def test_says_what_the_metadata_says(self, plugins) -> None:
        module = plugins.install("Acme-Watch", RAISES, exporters=("my-watch",), version="2.1")
        (row,) = plugins.registry().rows()
        assert row == ("exporter", "my-watch", "Acme-Watch", "2.1", "The Acme-Watch", module, "installed", "")

    def test_imports_no_plugin(self, plugins) -> None:
        module = plugins.install("acme-watch", RAISES, exporters=("my-watch",), importers=("my-watch",))
        registry = plugins.registry()
        assert {row.kind for row in registry.rows()} == {"exporter", "importer"}
        assert registry.find("exporter", "my-watch").state == "installed"
        with pytest.raises(bt.UnknownPlugin):
            registry.find("exporter", "my-wotch")
        assert module not in sys.modules

    def test_is_in_the_order_of_kind_name_and_distribution(self, plugins) -> None:
        plugins.install("zebra", RAISES, exporters=("b-format", "a-format"), importers=("a-format",))
        plugins.install("aardvark", RAISES, exporters=("c-format", "a-format"))
        rows = plugins.registry().rows()
        assert [(row.kind, row.name, row.distribution) for row in rows] == [
            ("exporter", "a-format", "aardvark"),
            ("exporter", "a-format", "zebra"),
            ("exporter", "b-format", "zebra"),
            ("exporter", "c-format", "aardvark"),
            ("importer", "a-format", "zebra"),
        ]

    def test_of_one_kind_leaves_the_others_out(self, plugins) -> None:
        plugins.install("acme", RAISES, exporters=("a-format",), importers=("b-format",))
        assert [row.name for row in plugins.registry().rows("importer")] == ["b-format"]

    def test_of_nothing_is_empty(self, plugins, tmp_path: Path) -> None:
        assert plugins.registry().rows() == []
        assert Registry(path=[str(tmp_path / "missing"), str(tmp_path)]).rows() == []

    @pytest.mark.parametrize(
        "entries",
        [
            pytest.param(b"[console_scripts]\nh\xe9las = a:b\n", id="not UTF-8, another group"),
            pytest.param(b"[backtrack_plugins.exporters]\nh\xe9las = a:b\n", id="not UTF-8, our group"),
            pytest.param(b"[backtrack_plugins.exporters\n= \n=\n[]\n", id="not a table"),
        ],
    )
    def test_is_not_stopped_by_the_damaged_metadata_of_another(self, plugins, entries: bytes) -> None:
        plugins.metadata("damaged", entries)
        plugins.install("acme", RAISES, exporters=("my-watch",))
        assert plugins.registry().find("exporter", "my-watch").distribution == "acme"


class TestWorkingPlugin:
    def test_is_imported_when_it_is_asked_for(self, plugins, exporter_source) -> None:
        module = plugins.install("acme", exporter_source("my-watch"), exporters=("my-watch",))
        registry = plugins.registry()
        assert module not in sys.modules
        assert get(registry, "my-watch").name == "my-watch"
        assert module in sys.modules

    def test_is_imported_alone(self, plugins, exporter_source) -> None:
        plugins.install("acme", exporter_source("my-watch"), exporters=("my-watch",))
        other = plugins.install("other", RAISES, exporters=("other",))
        assert get(plugins.registry(), "my-watch")
        assert other not in sys.modules

    @pytest.mark.parametrize("name", ["my-watch", "My-Watch", "my_watch", "acme:my-watch", "ACME:my-watch"])
    def test_is_found_however_its_name_is_spelt(self, plugins, exporter_source, name: str) -> None:
        plugins.install("acme", exporter_source("my-watch"), exporters=("My_Watch",))
        assert get(plugins.registry(), name).name == "my-watch"

    def test_is_registered_once_for_all_it_offers(self, plugins, exporter_source, importer_source) -> None:
        """pluggy refuses one module under two names."""
        source = exporter_source("my-watch") + importer_source("my-watch")
        plugins.install("acme", source, exporters=("my-watch",), importers=("my-watch",))
        registry = plugins.registry()
        for _ in range(2):
            assert get(registry, "my-watch").name == "my-watch"
            assert registry.importer("my-watch").name == "my-watch"

    def test_offers_several_formats_from_one_module(self, plugins) -> None:
        source = """
from backtrack_plugins import Exporter, hookimpl

@hookimpl
def backtrack_exporters():
    for name in ("a-format", "b-format"):
        yield Exporter(name=name, summary="", suffix=".x", media_type="a/b", export=lambda request: b"")
"""
        plugins.install("acme", source, exporters=("a-format", "b-format"))
        registry = plugins.registry()
        assert [get(registry, name).name for name in ("b-format", "a-format")] == ["b-format", "a-format"]

    @pytest.mark.parametrize(
        "value", ["{}:Holder.formats", "{} : Holder.formats", "{}:Holder.formats [extra]"]
    )
    def test_may_be_an_object_inside_a_module(self, plugins, value: str) -> None:
        source = """
from backtrack_plugins import Exporter, hookimpl

class Formats:
    @hookimpl
    def backtrack_exporters(self):
        return [Exporter(name="a-format", summary="", suffix=".x", media_type="a/b", export=len)]

class Holder:
    formats = Formats()
"""
        module = plugins.install("acme", source)
        plugins.metadata("pointer", f"[backtrack_plugins.exporters]\na-format = {value.format(module)}\n")
        assert get(plugins.registry(), "a-format").name == "a-format"


HOOK = "from backtrack_plugins import Exporter, hookimpl\n\n@hookimpl\n"
BROKEN = {
    "does not import": ("import no_such_module_anywhere", "no_such_module_anywhere"),
    "fails while importing": ("raise RuntimeError('half installed')", "half installed"),
    "leaves the interpreter": ("import sys; sys.exit('needs a licence')", "needs a licence"),
    "is no Python": ("def broken(:", "SyntaxError"),
    "has a hook with a bad signature": (HOOK + "def backtrack_exporters(colour):\n    return []", "colour"),
    "misspells the hook": (HOOK + "def backtrack_exportres():\n    return []", "backtrack_exportres"),
    "has a hook that fails": (
        HOOK + "def backtrack_exporters():\n    raise KeyError('no such watch')",
        "no such watch",
    ),
    "has a hook that returns no list": (HOOK + "def backtrack_exporters():\n    return 5", "int"),
    "has a hook that returns nothing": (
        HOOK + "def backtrack_exporters():\n    return None",
        "offers nothing",
    ),
    "has no hook": ("", "offers nothing"),
    "offers something else": (HOOK + "def backtrack_exporters():\n    return ['my-watch']", "offers str"),
    "offers another name": (
        HOOK
        + "def backtrack_exporters():\n    return [Exporter(name='other', summary='', suffix='.x', "
        + "media_type='a/b', export=print)]",
        "offers other",
    ),
    "describes itself wrongly": (
        HOOK
        + "def backtrack_exporters():\n    return [Exporter(name='My Watch', summary='', suffix='x', "
        + "media_type='a/b', export=print)]",
        "lower-case",
    ),
}


class TestBrokenPlugin:
    @pytest.mark.parametrize("how", BROKEN)
    def test_is_an_error_for_who_asks_for_it_with_reason_and_remedy(self, plugins, how: str) -> None:
        source, reason = BROKEN[how]
        plugins.install("acme", source, exporters=("my-watch",))
        with pytest.raises(bt.PluginError) as failure:
            get(plugins.registry(), "my-watch")
        message = str(failure.value)
        assert "the exporter my-watch of acme 1.0 is broken" in message
        assert reason in message
        assert any(remedy in message for remedy in (f"{DISABLE}=my-watch", "Tell its author"))
        assert failure.value.exit_code == 3

    @pytest.mark.parametrize("how", BROKEN)
    def test_stops_no_other_and_stays_broken(self, plugins, exporter_source, how: str) -> None:
        plugins.install("acme", BROKEN[how][0], exporters=("my-watch",))
        plugins.install("good", exporter_source("good-watch"), exporters=("good-watch",))
        registry = plugins.registry()
        for _ in range(2):
            with pytest.raises(bt.PluginError, match="is broken"):
                get(registry, "my-watch")
            assert get(registry, "good-watch").name == "good-watch"

    @pytest.mark.parametrize("how", BROKEN)
    def test_is_a_row_in_the_list_once_it_was_tried(self, plugins, exporter_source, how: str) -> None:
        plugins.install("acme", BROKEN[how][0], exporters=("my-watch",))
        plugins.install("good", exporter_source("good-watch"), exporters=("good-watch",))
        registry = plugins.registry()
        good, broken = (registry.checked(row) for row in registry.rows())
        assert (good.name, good.state, good.reason) == ("good-watch", "installed", "")
        assert (broken.name, broken.state) == ("my-watch", "broken")
        assert BROKEN[how][1] in broken.reason

    @pytest.mark.parametrize(
        ("how", "error"),
        [
            ("does not import", ModuleNotFoundError),
            ("fails while importing", RuntimeError),
            ("is no Python", SyntaxError),
            ("has a hook that fails", KeyError),
            ("describes itself wrongly", ValueError),
        ],
    )
    def test_raises_its_own_error_when_strict(self, plugins, how: str, error: type[Exception]) -> None:
        plugins.install("acme", BROKEN[how][0], exporters=("my-watch",))
        registry = plugins.registry({STRICT: "1"})
        with pytest.raises(error):
            get(registry, "my-watch")
        with pytest.raises(error):
            registry.checked(registry.rows()[0])

    @pytest.mark.parametrize("off", ["", "0"])
    def test_the_strict_switch_can_be_off(self, plugins, off: str) -> None:
        plugins.install("acme", RAISES, exporters=("my-watch",))
        with pytest.raises(bt.PluginError):
            get(plugins.registry({STRICT: off}), "my-watch")


DAMAGED = {
    "a name that is no text": (b"[backtrack_plugins.exporters]\nh\xe9las = a:b\n", "h\ufffdlas"),
    "a name with a space": (b"[backtrack_plugins.exporters]\nmy watch = a:b\n", "'my watch'"),
    "no name": (b"[backtrack_plugins.exporters]\n = a:b\n", "''"),
    "no module": (b"[backtrack_plugins.exporters]\nmy-watch =\n", "''"),
    "no equals sign": (b"[backtrack_plugins.exporters]\nmy-watch\n", "''"),
    "a path for a module": (b"[backtrack_plugins.exporters]\nmy-watch = ../a.py\n", "'../a.py'"),
}


class TestDamagedMetadata:
    @pytest.mark.parametrize("how", DAMAGED)
    def test_is_a_row_that_says_what_is_wrong_and_what_to_do(self, plugins, how: str) -> None:
        plugins.metadata("acme", DAMAGED[how][0])
        (row,) = plugins.registry().rows()
        assert row.state == "damaged"
        assert DAMAGED[how][1] in row.reason
        assert "Reinstall acme" in row.reason
        assert plugins.registry().checked(row) == row
        with pytest.raises(bt.PluginError, match="is damaged: its entry point"):
            plugins.registry().exporter(row.name)

    @pytest.mark.parametrize("how", DAMAGED)
    def test_stops_no_other(self, plugins, exporter_source, how: str) -> None:
        plugins.metadata("acme", DAMAGED[how][0])
        plugins.install("good", exporter_source("good-watch"), exporters=("good-watch",))
        assert plugins.registry().exporter("good-watch")

    def test_of_a_distribution_that_lacks_its_name_still_lists_it(self, plugins, exporter_source) -> None:
        plugins.install("acme", exporter_source("my-watch"), exporters=("my-watch",))
        (plugins.folder / "acme-1.0.dist-info" / "METADATA").unlink()
        (row,) = plugins.registry().rows()
        assert (row.name, row.distribution, row.version, row.state) == ("my-watch", "acme", "", "installed")
        assert plugins.registry().exporter("my-watch")


class TestClash:
    @pytest.fixture
    def clashing(self, plugins, exporter_source):
        for distribution in ("acme", "zenith"):
            source = exporter_source("my-watch", f"return {distribution.encode()!r}")
            plugins.install(distribution, source, exporters=("my-watch",))
        return plugins

    def test_is_refused_and_names_both(self, clashing) -> None:
        with pytest.raises(bt.PluginError, match="claimed more than once") as refusal:
            get(clashing.registry(), "my-watch")
        assert "acme:my-watch or zenith:my-watch" in str(refusal.value)
        assert DISABLE in str(refusal.value)
        assert not {"fake_acme", "fake_zenith"} & set(sys.modules)

    def test_is_told_in_the_list(self, clashing) -> None:
        rows = clashing.registry().rows()
        assert [row.state for row in rows] == ["clash", "clash"]
        assert all("acme:my-watch or zenith:my-watch" in row.reason for row in rows)

    @pytest.mark.parametrize("distribution", ["acme", "zenith"])
    def test_is_settled_by_naming_the_distribution(self, clashing, distribution: str) -> None:
        exporter = get(clashing.registry(), f"{distribution}:my-watch")
        assert exporter.export(None) == distribution.encode()

    def test_is_settled_by_disabling_one(self, clashing) -> None:
        registry = clashing.registry({DISABLE: "acme"})
        assert get(registry, "my-watch").export(None) == b"zenith"

    def test_with_a_disabled_third_offers_no_disabled_way(self, clashing, exporter_source) -> None:
        clashing.install("third", exporter_source("my-watch"), exporters=("my-watch",))
        with pytest.raises(bt.PluginError) as refusal:
            get(clashing.registry({DISABLE: "third"}), "my-watch")
        assert "third:my-watch" not in str(refusal.value)

    def test_of_an_exporter_and_an_importer_is_none(self, plugins, exporter_source, importer_source) -> None:
        plugins.install("acme", exporter_source("my-watch"), exporters=("my-watch",))
        plugins.install("zenith", importer_source("my-watch"), importers=("my-watch",))
        assert {row.state for row in plugins.registry().rows()} == {"installed"}

    def test_of_names_that_differ_in_spelling_is_one(self, plugins) -> None:
        plugins.install("acme", RAISES, exporters=("my-watch",))
        plugins.install("zenith", RAISES, exporters=("My_Watch",))
        assert [row.state for row in plugins.registry().rows()] == ["clash", "clash"]

    def test_two_copies_of_one_distribution_are_none_and_the_first_on_the_path_counts(
        self, plugins, exporter_source, tmp_path: Path
    ) -> None:
        second = tmp_path / "second"
        second.mkdir()
        plugins.install("acme-fit", exporter_source("my-watch"), exporters=("my-watch",), version="2.0")
        plugins.install(
            "Acme_Fit", RAISES, exporters=("my-watch",), version="1.0", module="fake_acme_fit", folder=second
        )
        registry = Registry(path=[str(plugins.folder), str(second)], environ={})
        (row,) = registry.rows()
        assert (row.version, row.state) == ("2.0", "installed")
        assert get(registry, "my-watch").name == "my-watch"


class TestDisabling:
    @pytest.mark.parametrize(
        "setting", ["my-watch", "acme-fit", "My_Watch", "ACME.Fit", " other , my-watch ", "my-watch,"]
    )
    def test_by_format_or_distribution_comes_before_importing(self, plugins, setting: str) -> None:
        module = plugins.install("acme-fit", RAISES, exporters=("my-watch",))
        registry = plugins.registry({DISABLE: setting})
        with pytest.raises(bt.PluginError, match=f"my-watch is disabled: named in {DISABLE}"):
            get(registry, "my-watch")
        with pytest.raises(bt.PluginError, match="disabled"):
            get(registry, "acme-fit:my-watch")
        (row,) = registry.rows()
        assert row.state == "disabled"
        assert registry.checked(row) == row
        assert module not in sys.modules

    def test_nothing_disables_nothing(self, plugins) -> None:
        plugins.install("acme-fit", RAISES, exporters=("my-watch",))
        for setting in ("", ",", " , ", "watch"):
            assert plugins.registry({DISABLE: setting}).rows()[0].state == "installed"


class TestNames:
    @pytest.mark.parametrize("name", sorted(RESERVED))
    def test_that_are_too_vague_are_nobodys(self, plugins, exporter_source, name: str) -> None:
        module = plugins.install("acme", exporter_source(name), exporters=(name,))
        registry = plugins.registry()
        with pytest.raises(bt.PluginError, match="too vague"):
            get(registry, name)
        (row,) = registry.rows()
        assert registry.checked(row).state == "reserved"
        assert module not in sys.modules

    @pytest.mark.parametrize(
        ("asked", "hint"),
        [
            ("my-wotch", "did you mean my-watch?"),
            ("zzz", "there are: my-watch, other"),
            ("nobody:my-watch", "did you mean my-watch?"),
            ("my-importer", ""),
        ],
    )
    def test_that_nobody_has_get_the_near_match(self, plugins, asked: str, hint: str) -> None:
        plugins.install("acme", RAISES, exporters=("my-watch", "other"), importers=("my-importer",))
        with pytest.raises(bt.UnknownPlugin) as failure:
            get(plugins.registry(), asked)
        assert f"no exporter is named {asked}" in str(failure.value)
        assert hint in str(failure.value)
        assert failure.value.exit_code == 2

    def test_without_any_plugin_say_what_to_install(self, plugins) -> None:
        with pytest.raises(bt.UnknownPlugin, match="install a plugin"):
            get(plugins.registry(), "my-watch")


class TestEntryPoints:
    """Reading the files ourselves is for speed alone: the answer is that of `importlib.metadata`."""

    @staticmethod
    def ours(path: list[str] | None = None) -> list[tuple[str, str, str]]:
        groups = {kind.group for kind in KINDS.values()}
        return sorted(tuple(point[:3]) for point in entry_points(path) if point.group in groups)

    @staticmethod
    def theirs(points: Iterable[importlib.metadata.EntryPoint]) -> list[tuple[str, str, str]]:
        groups = {kind.group for kind in KINDS.values()}
        return sorted((point.group, point.name, point.value) for point in points if point.group in groups)

    def test_are_those_of_the_real_environment_editable_installs_included(self) -> None:
        found = self.ours()
        points = (importlib.metadata.entry_points(group=kind.group) for kind in KINDS.values())
        assert found == self.theirs(chain.from_iterable(points))
        assert "segments-csv" in {name for _, name, _ in found}

    def test_name_the_distributions_that_importlib_names(self) -> None:
        rows = {(row.name, row.distribution, row.version) for row in Registry(environ={}).rows("exporter")}
        points = importlib.metadata.entry_points(group=KINDS["exporter"].group)
        assert rows == {(point.name, point.dist.metadata["Name"], point.dist.version) for point in points}

    def test_are_those_of_a_path_with_everything_odd_in_it(self, plugins, tmp_path: Path) -> None:
        second = tmp_path / "second"
        second.mkdir()
        plugins.install("acme-fit", "", exporters=("a-format", "b-format"), importers=("a-format",))
        plugins.install("Acme.Fit", "", exporters=("c-format",), folder=second, module="copy")
        plugins.metadata(
            "other", "# a comment\n\n[console_scripts]\nx = y:z\n[backtrack_plugins.exporters]\n d=e : f \n"
        )
        plugins.metadata("unrelated", "[console_scripts]\nbacktrack = x:y\n")
        plugins.metadata("spaced", "[backtrack_plugins.importers]\r\n  e-format   =   mod.sub:obj  \r\n")
        plugins.metadata("later-group", "[backtrack_plugins.later]\nf = g\n")
        egg = second / "legacy_thing.egg-info"
        egg.mkdir()
        (egg / "PKG-INFO").write_text("Name: legacy-thing\nVersion: 3\n", encoding="utf-8")
        (egg / "entry_points.txt").write_text(
            "[backtrack_plugins.exporters]\ng-format = h\n", encoding="utf-8"
        )
        (second / "not_installed-1.0.dist-info").mkdir()
        (second / "file.egg-info").write_text("Name: file\n", encoding="utf-8")
        path = [str(plugins.folder), str(second), str(tmp_path / "missing"), str(plugins.folder)]
        seen: dict[str, importlib.metadata.Distribution] = {}
        for distribution in importlib.metadata.distributions(path=path):
            seen.setdefault(distribution._normalized_name, distribution)
        theirs = self.theirs(chain.from_iterable(distribution.entry_points for distribution in seen.values()))
        assert self.ours(path) == theirs
        assert {name for _, name, _ in theirs} == {"a-format", "b-format", "d", "e-format", "g-format"}
