"""Where Zwift's folder is found on each system, and what is delivered there."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

import backtrack_plugins as bt
from backtrack_plugins.testing import SAMPLE_ATHLETE, SAMPLES, DestinationSuite
from backtrack_zwo import folder as zwift
from backtrack_zwo.finding import System, find, this_system
from backtrack_zwo.folder import the_folder

ARTIFACT = bt.export(bt.parse(SAMPLES["first-timer"]), "zwo", SAMPLE_ATHLETE)
NUMBER = "Zwift/Workouts/393938"
SYSTEMS = ("win32", "darwin", "linux")
WINE = ".wine/drive_c/users/anna"


class TestZwiftFolder(DestinationSuite):
    destination = "zwift-folder"


each_system = pytest.mark.parametrize("platform", SYSTEMS)


def system(home: Path, platform: str, documents: str = "Documents", **environ: str) -> System:
    return System(platform, str(home), str(home / documents), environ)


def made(home: Path, *folders: str) -> list[str]:
    """These folders below the home folder."""
    for folder in folders:
        (home / folder).mkdir(parents=True)
    return [str(home / folder) for folder in folders]


class TestItIsFound:
    @pytest.mark.parametrize(
        ("platform", "place"),
        [
            ("win32", "AppData/Local"),
            ("win32", "Documents"),
            ("darwin", "Documents"),
            ("linux", "Documents"),
            ("linux", ".wine/drive_c/users/anna/AppData/Local"),
            ("linux", ".wine/drive_c/users/anna/Documents"),
            ("linux", ".wine-zwift/drive_c/users/anna/AppData/Local"),
            ("linux", "Games/zwift/drive_c/users/anna/Documents"),
            ("linux", "Games/zwift/pfx/drive_c/users/steamuser/AppData/Local"),
            ("linux", "Games/zwift/prefix/drive_c/users/anna/AppData/Local"),
            ("linux", ".local/share/wineprefixes/zwift/drive_c/users/anna/AppData/Local"),
            (
                "linux",
                ".local/share/Steam/steamapps/compatdata/42/pfx/drive_c/users/steamuser/AppData/Local",
            ),
            ("linux", ".steam/steam/steamapps/compatdata/42/pfx/drive_c/users/steamuser/Documents"),
            (
                "linux",
                ".var/app/com.usebottles.bottles/data/bottles/bottles/Zwift/drive_c/users/steamuser/AppData/Local",
            ),
        ],
    )
    def test_where_zwift_keeps_it(self, tmp_path: Path, platform: str, place: str) -> None:
        (there,) = made(tmp_path, f"{place}/{NUMBER}")
        assert the_folder(system(tmp_path, platform)) == there

    @each_system
    def test_where_documents_were_moved_to(self, tmp_path: Path, platform: str) -> None:
        (there,) = made(tmp_path, f"OneDrive - Club/Dokumente/{NUMBER}")
        assert the_folder(system(tmp_path, platform, "OneDrive - Club/Dokumente")) == there

    @pytest.mark.parametrize("variable", ["OneDrive", "OneDriveConsumer", "OneDriveCommercial"])
    def test_in_onedrive_when_it_alone_says_where(self, tmp_path: Path, variable: str) -> None:
        (there,) = made(tmp_path, f"Cloud/Documents/{NUMBER}")
        environ = {variable: str(tmp_path / "Cloud")}
        assert the_folder(system(tmp_path, "win32", **environ)) == there

    def test_where_windows_keeps_local_data_when_it_says_so(self, tmp_path: Path) -> None:
        (there,) = made(tmp_path, f"elsewhere/{NUMBER}")
        environ = {"LOCALAPPDATA": str(tmp_path / "elsewhere")}
        assert the_folder(system(tmp_path, "win32", **environ)) == there

    def test_in_the_wine_that_is_named(self, tmp_path: Path) -> None:
        (there,) = made(tmp_path, f"my wine/drive_c/users/anna/AppData/Local/{NUMBER}")
        environ = {"WINEPREFIX": str(tmp_path / "my wine")}
        assert the_folder(system(tmp_path, "linux", **environ)) == there

    def test_once_where_the_documents_of_wine_are_a_link(self, tmp_path: Path) -> None:
        (there, _) = made(tmp_path, f"Documents/{NUMBER}", WINE)
        (tmp_path / WINE / "Documents").symlink_to(tmp_path / "Documents", target_is_directory=True)
        assert find(system(tmp_path, "linux")).folders == (there,)

    @pytest.mark.parametrize("other", ["Running", "workouts", "12a", "-1", "\u0661"])
    def test_among_others_that_are_no_user(self, tmp_path: Path, other: str) -> None:
        (there, _) = made(tmp_path, f"Documents/{NUMBER}", f"Documents/Zwift/Workouts/{other}")
        assert the_folder(system(tmp_path, "darwin")) == there

    def test_beside_a_file_with_a_number_for_its_name(self, tmp_path: Path) -> None:
        (there,) = made(tmp_path, f"Documents/{NUMBER}")
        (tmp_path / "Documents/Zwift/Workouts/12").write_bytes(b"")
        assert the_folder(system(tmp_path, "darwin")) == there

    def test_and_this_machine_is_asked_for_its_own_documents(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("XDG_DOCUMENTS_DIR", str(tmp_path / "Dokumente"))
        here = this_system()
        assert (here.platform, here.environ) == (sys.platform, os.environ)
        if sys.platform == "linux":
            assert here[1:3] == (str(tmp_path), str(tmp_path / "Dokumente"))


class TestItIsNotGuessed:
    @each_system
    def test_where_there_is_none(self, tmp_path: Path, platform: str) -> None:
        with pytest.raises(bt.UsageError) as raised:
            the_folder(system(tmp_path, platform))
        said = str(raised.value)
        assert said.startswith("no folder of Zwift for workouts was found. Zwift keeps it in ")
        assert "Workouts" in said
        assert "start Zwift once. Or name the folder: --at FOLDER." in said
        assert raised.value.details == {"plugin": "zwift-folder"}

    @pytest.mark.parametrize(
        "empty", ["Documents/Zwift", "Documents/Zwift/Workouts", "Documents/Zwift/Workouts/x"]
    )
    def test_where_zwift_has_made_none_yet(self, tmp_path: Path, empty: str) -> None:
        made(tmp_path, empty)
        with pytest.raises(bt.UsageError, match="no folder of Zwift for workouts was found"):
            the_folder(system(tmp_path, "darwin"))

    @pytest.mark.parametrize(
        ("platform", "place"),
        [
            ("win32", f"{WINE}/Documents"),
            ("darwin", f"{WINE}/AppData/Local"),
            ("darwin", "AppData/Local"),
            ("linux", "AppData/Local"),
        ],
    )
    def test_where_another_system_would_keep_it(self, tmp_path: Path, platform: str, place: str) -> None:
        made(tmp_path, f"{place}/{NUMBER}")
        assert find(system(tmp_path, platform)).folders == ()

    def test_where_a_file_stands_in_the_way(self, tmp_path: Path) -> None:
        (tmp_path / "Documents").write_bytes(b"")
        (tmp_path / "Games").write_bytes(b"")
        with pytest.raises(bt.UsageError, match="no folder of Zwift for workouts was found"):
            the_folder(system(tmp_path, "linux"))

    @pytest.mark.parametrize(
        ("platform", "folders"),
        [
            ("darwin", ("Documents/Zwift/Workouts/7", "Documents/Zwift/Workouts/8")),
            ("win32", (f"AppData/Local/{NUMBER}", f"Documents/{NUMBER}")),
            (
                "linux",
                (
                    f"Documents/{NUMBER}",
                    f"{WINE}/AppData/Local/{NUMBER}",
                    f"Games/a b/{WINE[6:]}/Documents/{NUMBER}",
                ),
            ),
        ],
    )
    def test_which_of_several(self, tmp_path: Path, platform: str, folders: tuple[str, ...]) -> None:
        there = made(tmp_path, *folders)
        with pytest.raises(bt.NeedsChoice) as raised:
            the_folder(system(tmp_path, platform))
        listed = [f'  --at "{each}"' if " " in each else f"  --at {each}" for each in there]
        assert str(raised.value).splitlines()[1:-1] == listed
        assert raised.value.argument == "at"
        assert raised.value.choices == {folder: folder for folder in there}
        assert raised.value.details["plugin"] == "zwift-folder"

    def test_what_cannot_be_looked_into_is_said(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made(tmp_path, "Documents/Zwift/Workouts/7")
        closed = str(tmp_path / "Documents/Zwift/Workouts")
        listdir = os.listdir

        def refusing(path: Any) -> list[str]:  # root may look into everything, so that no mode would do
            if path == closed:
                raise OSError(errno.EPERM, os.strerror(errno.EPERM), path)
            return listdir(path)

        monkeypatch.setattr(os, "listdir", refusing)
        with pytest.raises(bt.UsageError) as raised:
            the_folder(system(tmp_path, "darwin"))
        assert str(raised.value).endswith(f"\n{closed} could not be looked into: operation not permitted.")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home folder of somebody with a Mac."""
    monkeypatch.setattr(zwift, "this_system", lambda: system(tmp_path, "darwin"))
    return tmp_path


class TestItIsDeliveredTo:
    def test_where_it_is_found_and_twice_is_once(self, home: Path) -> None:
        (there,) = made(home, f"Documents/{NUMBER}")
        for state in ("new", "unchanged"):
            (receipt,) = bt.deliver([ARTIFACT], "zwift-folder")
            assert (receipt.where, receipt.state) == (os.path.join(there, ARTIFACT.name), state)
        assert Path(there, ARTIFACT.name).read_bytes() == ARTIFACT.data

    def test_exactly_where_it_is_told_to(self, home: Path) -> None:
        found, named = made(home, f"Documents/{NUMBER}", "USB stick")
        (receipt,) = bt.deliver([ARTIFACT], "zwift-folder", at=named)
        assert receipt.where == os.path.join(named, ARTIFACT.name)
        assert os.listdir(found) == []

    def test_not_where_it_is_told_to_when_that_is_not_there(self, home: Path) -> None:
        made(home, f"Documents/{NUMBER}")
        with pytest.raises(bt.UsageError, match="there is no folder"):
            bt.deliver([ARTIFACT], "zwift-folder", at=home / "USB stick")
        assert [path.name for path in home.rglob("*")] == ["Documents", "Zwift", "Workouts", "393938"]

    def test_not_in_a_dry_run(self, home: Path) -> None:
        (there,) = made(home, f"Documents/{NUMBER}")
        (receipt,) = bt.deliver([ARTIFACT], "zwift-folder", dry_run=True)
        assert (receipt.where, receipt.state) == (os.path.join(there, ARTIFACT.name), "new")
        assert os.listdir(there) == []

    def test_not_over_what_zwift_or_somebody_changed(self, home: Path) -> None:
        (there,) = made(home, f"Documents/{NUMBER}")
        bt.deliver([ARTIFACT], "zwift-folder")
        Path(there, ARTIFACT.name).write_bytes(b"saved anew by Zwift")
        with pytest.raises(bt.ExistingFile):
            bt.deliver([ARTIFACT], "zwift-folder")
        (receipt,) = bt.deliver([ARTIFACT], "zwift-folder", overwrite=True)
        assert receipt.state == "replaced"

    def test_what_its_own_exporter_makes_and_no_other(self, home: Path) -> None:
        made(home, f"Documents/{NUMBER}")
        (destination,) = zwift.backtrack_destinations()
        assert destination.exporter == ARTIFACT.format
        assert ARTIFACT.media_type in destination.takes
        with pytest.raises(
            bt.UsageError, match=r"takes application/xml, and this is text/csv.*Export it to zwo"
        ):
            bt.deliver([msgspec.structs.replace(ARTIFACT, media_type="text/csv")], "zwift-folder")

    def test_and_what_comes_next_is_said(self) -> None:
        (destination,) = zwift.backtrack_destinations()
        assert "restart Zwift" in destination.hint
        assert "Custom Workouts" in destination.hint
