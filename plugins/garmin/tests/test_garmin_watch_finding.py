"""Which watch is found, on each system, and what is said where none is, or more than one."""

from __future__ import annotations

import errno
import getpass
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest
from imitation_watch import DEVICE, MTP, WHERE, system, watch

import backtrack_plugins as bt
from backtrack_garmin.watch.device import MOST_BYTES, Device, describe
from backtrack_garmin.watch.finding import find, this_system
from backtrack_garmin.watch.sending import the_watch, the_watch_at

if TYPE_CHECKING:
    from pathlib import Path

each_system = pytest.mark.parametrize("platform", WHERE)


class TestItIsFound:
    @pytest.mark.parametrize(
        ("platform", "volume"),
        [
            *WHERE.items(),
            ("linux", "media/GARMIN"),
            ("linux", "run/media/anna/GARMIN"),
            ("linux", "mnt/watch"),
            ("linux", MTP),
            ("linux", "run/user/1000/gvfs/mtp:host=Garmin_fenix_6/Primary"),
            ("win32", "Z:"),
        ],
    )
    def test_where_a_system_shows_it(self, tmp_path: Path, platform: str, volume: str) -> None:
        inbox = watch(tmp_path / volume, model="Venu 3")
        found = the_watch(system(tmp_path, platform))
        assert os.path.samefile(found.inbox, inbox)
        assert os.path.samefile(found.root, tmp_path / volume)
        assert found.label == f"Venu 3, {found.root}"
        assert found.is_mtp == ("gvfs" in volume)

    @pytest.mark.parametrize(
        ("garmin", "inbox", "workouts"),
        [
            ("GARMIN", "NEWFILES", "WORKOUTS"),
            ("Garmin", "NewFiles", "Workouts"),
            ("garmin", "newfiles", "workouts"),
        ],
    )
    def test_whatever_the_case_of_its_folders(
        self, tmp_path: Path, garmin: str, inbox: str, workouts: str
    ) -> None:
        made = watch(tmp_path / WHERE["linux"], garmin=garmin, inbox=inbox, workouts=workouts)
        found = the_watch(system(tmp_path))
        assert found.inbox == str(made)
        assert found.kept == (str(made.parent / workouts),)

    def test_where_it_names_another_folder_for_new_workouts(self, tmp_path: Path) -> None:
        made = watch(tmp_path / WHERE["linux"], inbox="Inbox")
        assert the_watch(system(tmp_path)).inbox == str(made)

    def test_where_workouts_go_straight_to_its_own_folder(self, tmp_path: Path) -> None:
        (tmp_path / "mnt/watch/GARMIN/WORKOUTS").mkdir(parents=True)
        device = DEVICE.format(model="Venu", inbox="GARMIN/WORKOUTS").replace("InputToUnit", "InputOutput")
        (tmp_path / "mnt/watch/GARMIN/garmindevice.XML").write_text(device, encoding="utf-8")
        found = the_watch(system(tmp_path))
        assert found.inbox == str(tmp_path / "mnt/watch/GARMIN/WORKOUTS")
        assert found.kept == ()

    def test_without_a_name_where_it_does_not_say_one(self, tmp_path: Path) -> None:
        made = watch(tmp_path / WHERE["linux"])
        (made.parent / "GarminDevice.xml").unlink()
        assert the_watch(system(tmp_path)).called == "a Garmin device"

    def test_once_where_it_is_mounted_twice(self, tmp_path: Path) -> None:
        watch(tmp_path / WHERE["linux"])
        (tmp_path / "mnt").mkdir()
        (tmp_path / "mnt/watch").symlink_to(tmp_path / WHERE["linux"], target_is_directory=True)
        assert len(find(system(tmp_path)).watches) == 1

    def test_among_volumes_that_are_none(self, tmp_path: Path) -> None:
        made = watch(tmp_path / WHERE["linux"])
        (tmp_path / "media/anna/nuvi/Garmin").mkdir(parents=True)  # a device for cars takes no workouts
        (tmp_path / "media/anna/stick/NewFiles").mkdir(parents=True)
        (tmp_path / "media/anna/GARMIN.txt").write_bytes(b"")
        assert the_watch(system(tmp_path)).inbox == str(made)

    def test_and_this_machine_is_asked_for_its_own_volumes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/4711")
        assert this_system() == (sys.platform, getpass.getuser(), "/run/user/4711", "")

    def test_whoever_is_logged_in(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def nobody() -> str:
            raise KeyError("getpwuid(): uid not found: 4711")

        monkeypatch.setattr(getpass, "getuser", nobody)
        assert this_system().user == ""
        watch(tmp_path / "media/GARMIN")
        assert len(find(system(tmp_path)._replace(user="")).watches) == 1


class TestThePlaceThatIsNamed:
    @pytest.mark.parametrize("named", ["", "GARMIN", "GARMIN/NewFiles", "GARMIN/NewFiles/"])
    @pytest.mark.parametrize("volume", [WHERE["linux"], MTP])
    def test_may_be_the_volume_its_folder_or_the_folder_for_new_files(
        self, tmp_path: Path, volume: str, named: str
    ) -> None:
        inbox = watch(tmp_path / volume)
        found = the_watch_at(f"{tmp_path / volume}/{named}")
        assert os.path.samefile(found.inbox, inbox)
        assert (found.called, len(found.kept)) == ("Forerunner 245", 1)

    def test_may_be_the_mount_of_an_mtp_device(self, tmp_path: Path) -> None:
        inbox = watch(tmp_path / MTP)
        assert the_watch_at(str((tmp_path / MTP).parent)).inbox == str(inbox)

    def test_may_be_said_from_where_one_is(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        inbox = watch(tmp_path)
        for folder in (tmp_path, inbox.parent, inbox):
            monkeypatch.chdir(folder)
            assert os.path.samefile(the_watch_at(".").inbox, inbox)

    @pytest.mark.parametrize(
        ("named", "said"),
        [
            ("stick", "is no folder of a Garmin watch"),
            ("nuvi", "is no folder of a Garmin watch"),
            ("nowhere", "is not there"),
            ("a file", "is a file"),
        ],
    )
    def test_is_refused_where_it_is_none(self, tmp_path: Path, named: str, said: str) -> None:
        (tmp_path / "stick/Music").mkdir(parents=True)
        (tmp_path / "nuvi/Garmin").mkdir(parents=True)
        (tmp_path / "a file").write_bytes(b"")
        with pytest.raises(bt.UsageError) as raised:
            the_watch_at(str(tmp_path / named))
        assert str(raised.value).startswith(f"{tmp_path / named} {said}")
        assert "its folder GARMIN, or NewFiles" in str(raised.value)
        assert raised.value.details == {"plugin": "garmin-watch", "path": str(tmp_path / named)}

    def test_is_not_guessed_where_it_holds_two(self, tmp_path: Path) -> None:
        watch(tmp_path / MTP)
        watch((tmp_path / MTP).parent / "Card")
        with pytest.raises(bt.NeedsChoice):
            the_watch_at(str((tmp_path / MTP).parent))


class TestSeveral:
    def test_are_told_with_their_models_and_the_user_is_asked(self, tmp_path: Path) -> None:
        watch(tmp_path / WHERE["linux"], model="Forerunner 245")
        watch(tmp_path / MTP, model="Venu 3")
        roots = tuple(str(tmp_path / volume) for volume in (WHERE["linux"], MTP))
        with pytest.raises(bt.NeedsChoice) as raised:
            the_watch(system(tmp_path))
        assert str(raised.value).splitlines() == [
            "more than one Garmin watch is connected; which one?",
            f"  --at {roots[0]}  (Forerunner 245)",
            f'  --at "{roots[1]}"  (Venu 3)',
        ]
        assert raised.value.details == {
            "argument": "at",
            "choices": roots,
            "labels": (f"Forerunner 245, {roots[0]}", f"Venu 3, {roots[1]}"),
            "plugin": "garmin-watch",
        }
        assert the_watch_at(roots[1]).called == "Venu 3"


class TestNone:
    @pytest.mark.parametrize(
        ("platform", "words", "opens"),
        [
            ("win32", ("no drive letter", "This PC", "Garmin Express"), True),
            ("darwin", ("no drive on macOS", "OpenMTP", "Garmin Express"), True),
            ("linux", ("no mounted MTP device", "file manager", "--at", "KDE"), False),
        ],
    )
    def test_is_said_with_what_to_do_by_hand(
        self, tmp_path: Path, platform: str, words: tuple[str, ...], opens: bool
    ) -> None:
        with pytest.raises(bt.ByHand) as raised:
            the_watch(system(tmp_path, platform))
        said = "\n".join([str(raised.value), *raised.value.details["steps"]])
        assert said.startswith("no Garmin watch was found: ")
        assert all(word in said for word in words)
        assert "NewFiles" in said
        assert "Treadmill" in raised.value.details["steps"][-1]
        assert raised.value.details["opens"] is opens

    @pytest.mark.parametrize(
        ("platform", "volume"),
        [("darwin", WHERE["linux"]), ("win32", WHERE["darwin"]), ("linux", "E:"), ("darwin", MTP)],
    )
    def test_is_found_where_another_system_would_show_it(
        self, tmp_path: Path, platform: str, volume: str
    ) -> None:
        watch(tmp_path / volume)
        assert find(system(tmp_path, platform)).watches == ()

    def test_is_found_where_nobody_knows_where_gvfs_mounts(self, tmp_path: Path) -> None:
        watch(tmp_path / MTP)
        assert find(system(tmp_path)._replace(runtime="")).watches == ()

    def test_says_what_could_not_be_looked_into(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        volume = tmp_path / WHERE["darwin"]
        watch(volume)
        listdir = os.listdir

        def refusing(path: Any) -> list[str]:  # root may look into everything, so that no mode would do
            if path == str(volume):
                raise OSError(errno.EPERM, os.strerror(errno.EPERM), path)
            return listdir(path)

        monkeypatch.setattr(os, "listdir", refusing)
        with pytest.raises(bt.ByHand) as raised:
            the_watch(system(tmp_path, "darwin"))
        assert f"{volume} could not be looked into: operation not permitted." in str(raised.value)
        with pytest.raises(bt.DeliveryError, match=r"operation not permitted\. Is the watch still connected"):
            the_watch_at(str(volume))


class TestWhatADeviceSays:
    def test_is_its_model_and_where_new_workouts_go(self) -> None:
        told = describe(DEVICE.format(model="fēnix 7", inbox="GARMIN/NewFiles").encode())
        assert told == Device("fēnix 7", ("GARMIN/NewFiles",))

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"\xff\xfe\x00",
            b"<Device><Model>",
            b"<Device/>",
            b'<?xml version="1.0" encoding="x-none"?><Device/>',
            b"<Device><Model/><DataType><Name>FIT_TYPE_5</Name><File/></DataType></Device>",
            b'<!DOCTYPE D [<!ENTITY a "A">]><D><Model><Description>&a;</Description></Model></D>',
            DEVICE.format(model="A", inbox="B").encode("utf-16"),
            b"<Device><Model><Description>A</Description></Model></Device>".ljust(MOST_BYTES + 1),
        ],
    )
    def test_is_nothing_where_its_file_cannot_be_read_or_says_nothing(self, data: bytes) -> None:
        assert describe(data) == Device()

    def test_is_shown_in_one_short_line(self) -> None:
        model = f"<Description>A\n\tB\x85\u200e {'x' * 99}</Description>"
        told = describe(f"<Device><Model>{model}</Model></Device>".encode())
        assert told.model == f"A B {'x' * 56}"

    def test_leads_to_no_folder_outside_of_it(self, tmp_path: Path) -> None:
        (tmp_path / "outside").mkdir()
        (tmp_path / "mnt/watch/GARMIN").mkdir(parents=True)
        device = DEVICE.format(model="A", inbox="GARMIN/../../../outside")
        (tmp_path / "mnt/watch/GARMIN/GarminDevice.xml").write_text(device, encoding="utf-8")
        assert find(system(tmp_path)).watches == ()

    def test_cannot_be_read_and_the_watch_is_found_even_so(self, tmp_path: Path) -> None:
        made = watch(tmp_path / WHERE["linux"])
        (made.parent / "GarminDevice.xml").unlink()
        (made.parent / "GarminDevice.xml").mkdir()
        assert the_watch(system(tmp_path)).inbox == str(made)
