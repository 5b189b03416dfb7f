"""Importing: the right importer, and nothing lost in silence."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pytest

import backtrack_plugins as bt
from backtrack_plugins.importing import import_bytes
from backtrack_plugins.registry import DISABLE, STRICT

if TYPE_CHECKING:
    from pathlib import Path

READ = bt.parse("name: Read\n5:00 forward walk 5 km/h")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tempo.fake"
    path.write_bytes(b"FAKE and more")
    return path


class TestChoosing:
    def test_is_by_the_first_bytes_and_not_by_the_name(
        self, plugins, importer_source, tmp_path: Path
    ) -> None:
        plugins.install("acme", importer_source("fake"), importers=("fake",))
        plugins.install(
            "other",
            importer_source(
                "other", recognise="True if head.startswith(b'OTHER') else False", read="fail(OSError())"
            ),
            importers=("other",),
        )
        path = tmp_path / "tempo.other"
        path.write_bytes(b"FAKE")
        assert bt.import_file(path, registry=plugins.registry()) == READ

    def test_shows_an_importer_256_bytes(self, plugins, importer_source) -> None:
        plugins.install("acme", importer_source("fake", recognise="len(head) == 256"), importers=("fake",))
        assert import_bytes(b"x" * 1000, "a", registry=plugins.registry()).workout == READ

    def test_by_name_asks_nobody_else(self, plugins, importer_source, file: Path) -> None:
        plugins.install("acme", importer_source("fake", recognise="fail(OSError())"), importers=("fake",))
        plugins.install("other", "raise RuntimeError('imported')", importers=("other",))
        assert bt.import_file(file, importer="fake", registry=plugins.registry()) == READ

    def test_between_two_that_know_it_is_the_users(self, plugins, importer_source, file: Path) -> None:
        for name in ("acme", "zenith"):
            plugins.install(name, importer_source(f"{name}-fake"), importers=(f"{name}-fake",))
        with pytest.raises(bt.UsageError, match=r"acme-fake, zenith-fake all know such files.*--from NAME"):
            bt.import_file(file, registry=plugins.registry())

    def test_of_an_unknown_name_is_an_error(self, plugins, importer_source, file: Path) -> None:
        plugins.install("acme", importer_source("fake"), importers=("fake",))
        with pytest.raises(bt.UnknownPlugin, match="did you mean fake"):
            bt.import_file(file, importer="fakke", registry=plugins.registry())


class TestUnreadable:
    def test_a_file_nobody_knows_is_an_error_that_names_who_was_asked(
        self, plugins, importer_source, tmp_path: Path
    ) -> None:
        plugins.install("acme", importer_source("fake"), importers=("fake",))
        path = tmp_path / "x.bin"
        path.write_bytes(b"\x00\x01")
        with pytest.raises(
            bt.UnreadableInput, match=r"x\.bin: no importer knows this file \(fake\)"
        ) as failure:
            bt.import_file(path, registry=plugins.registry())
        assert failure.value.exit_code == 2

    def test_an_empty_file_is_said_to_be_empty(self, plugins, importer_source, tmp_path: Path) -> None:
        plugins.install("acme", importer_source("fake"), importers=("fake",))
        path = tmp_path / "x.bin"
        path.write_bytes(b"")
        with pytest.raises(bt.UnreadableInput, match=r"x\.bin: is empty"):
            bt.import_file(path, registry=plugins.registry())

    def test_what_it_tells_to_type_can_be_typed(self, plugins) -> None:
        with pytest.raises(bt.UnreadableInput, match=r"backtrack show 'My run\.txt'"):
            bt.import_bytes(b"name: x", "My run.txt", registry=plugins.registry())

    def test_without_an_importer_says_so(self, plugins, file: Path) -> None:
        with pytest.raises(bt.UnreadableInput, match="no importer is installed"):
            bt.import_file(file, registry=plugins.registry())

    def test_a_missing_file_is_an_error(self, plugins, tmp_path: Path) -> None:
        with pytest.raises(bt.UnreadableInput, match="no such file"):
            bt.import_file(tmp_path / "missing.zwo", registry=plugins.registry())

    def test_an_empty_file_is_an_error(self, plugins, importer_source, tmp_path: Path) -> None:
        plugins.install("acme", importer_source("fake"), importers=("fake",))
        (tmp_path / "empty").write_bytes(b"")
        with pytest.raises(bt.UnreadableInput):
            bt.import_file(tmp_path / "empty", registry=plugins.registry())

    def test_what_an_importer_says_of_a_damaged_file_is_passed_on(
        self, plugins, importer_source, file: Path
    ) -> None:
        read = "fail(UnreadableInput(name + ': the checksum is wrong'))"
        plugins.install("acme", importer_source("fake", read=read), importers=("fake",))
        with pytest.raises(bt.UnreadableInput, match=r"tempo\.fake: the checksum is wrong"):
            bt.import_file(file, registry=plugins.registry())


class TestLosses:
    LOSING = (
        "Imported(workout=parse('name: Read\\n5:00 forward walk 5 km/h'), "
        "losses=(Loss(what='power', instead='not carried'), Loss(what='music', instead='not carried')))"
    )

    def test_become_warnings(self, plugins, importer_source, file: Path) -> None:
        plugins.install("acme", importer_source("fake", read=self.LOSING), importers=("fake",))
        with pytest.warns(bt.ImportLossWarning) as warned:
            assert bt.import_file(file, registry=plugins.registry()) == READ
        assert [str(warning.message) for warning in warned] == [
            f"{file}: power: not carried",
            f"{file}: music: not carried",
        ]
        assert {warning.filename for warning in warned} == {__file__}

    def test_are_data_for_who_asks_for_data(self, plugins, importer_source) -> None:
        plugins.install("acme", importer_source("fake", read=self.LOSING), importers=("fake",))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            imported = import_bytes(b"FAKE", "a", registry=plugins.registry())
        assert [loss.what for loss in imported.losses] == ["power", "music"]


BROKEN = {
    "fails while importing": "raise RuntimeError('half installed')",
    "leaves the interpreter": "raise SystemExit(3)",
    "does not import": "import no_such_module_anywhere",
    "has no hook": "",
}


class TestBrokenImporter:
    @pytest.mark.parametrize("how", BROKEN)
    def test_stops_no_other(self, plugins, importer_source, file: Path, how: str) -> None:
        plugins.install("a-broken", BROKEN[how], importers=("broken",))
        plugins.install("acme", importer_source("fake"), importers=("fake",))
        assert bt.import_file(file, registry=plugins.registry()) == READ

    @pytest.mark.parametrize("recognise", ["1 / 0", "head[300]", "fail(UnreadableInput('no'))"])
    def test_that_fails_to_recognise_stops_no_other(
        self, plugins, importer_source, file: Path, recognise: str
    ) -> None:
        plugins.install("a-broken", importer_source("broken", recognise=recognise), importers=("broken",))
        plugins.install("acme", importer_source("fake"), importers=("fake",))
        assert bt.import_file(file, registry=plugins.registry()) == READ

    @pytest.mark.parametrize(
        ("source", "environ"),
        [
            pytest.param("import no_such_module_anywhere", {}, id="broken"),
            pytest.param("", {DISABLE: "fake"}, id="disabled"),
        ],
    )
    def test_is_named_where_nobody_else_knows_the_file(
        self, plugins, file: Path, source: str, environ
    ) -> None:
        """The file may well be its own: `no importer knows this file` alone would send the runner astray."""
        plugins.install("acme", source, importers=("fake",))
        with pytest.raises(bt.BacktrackError) as failure:
            bt.import_file(file, registry=plugins.registry(environ))
        assert "none is installed" not in str(failure.value)
        assert "fake" in str(failure.value).replace(file.name, "")

    def test_is_named_where_two_distributions_claim_it(self, plugins, importer_source, file: Path) -> None:
        for name in ("acme", "zenith"):
            plugins.install(name, importer_source("fake"), importers=("fake",))
        with pytest.raises(bt.BacktrackError) as failure:
            bt.import_file(file, registry=plugins.registry())
        assert "acme:fake" in str(failure.value)
        assert bt.import_file(file, importer="acme:fake", registry=plugins.registry()) == READ

    def test_that_fails_is_named_with_its_error(self, plugins, importer_source, file: Path) -> None:
        plugins.install("acme", importer_source("fake", read="data[300]"), importers=("fake",))
        with pytest.raises(bt.PluginError, match="the importer fake failed: IndexError") as failure:
            bt.import_file(file, registry=plugins.registry())
        assert isinstance(failure.value.__cause__, IndexError)

    def test_that_fails_raises_its_own_error_when_strict(
        self, plugins, importer_source, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(STRICT, "1")
        plugins.install("acme", importer_source("fake", read="data[300]"), importers=("fake",))
        with pytest.raises(IndexError):
            bt.import_file(file, registry=plugins.registry())

    @pytest.mark.parametrize(
        ("read", "returned"),
        [
            ("None", "NoneType"),
            ("Imported(workout='x')", "Imported.workout is 'x'"),
        ],
    )
    def test_that_returns_something_else_is_told_what(
        self, plugins, importer_source, file: Path, read: str, returned: str
    ) -> None:
        plugins.install("acme", importer_source("fake", read=read), importers=("fake",))
        with pytest.raises(bt.PluginError, match=f"the importer fake returned.*{returned}"):
            bt.import_file(file, registry=plugins.registry())
