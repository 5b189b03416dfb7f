"""Folder trees that look as real devices do, and a stand-in for gio that does what the real one does."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

from backtrack_garmin.watch.finding import System

if TYPE_CHECKING:
    from pathlib import Path

DEVICE = """\
<?xml version="1.0" encoding="UTF-8" standalone="no" ?>
<Device xmlns="http://www.garmin.com/xmlschemas/GarminDevice/v2">
  <Model><PartNumber>006-B0000-00</PartNumber><Description>{model}</Description></Model>
  <Id>1234567890</Id>
  <MassStorageMode>
    <DataType>
      <Name>FIT_TYPE_4</Name>
      <File>
        <Location><Path>GARMIN/Activity</Path><FileExtension>FIT</FileExtension></Location>
        <TransferDirection>OutputFromUnit</TransferDirection>
      </File>
    </DataType>
    <DataType>
      <Name>FIT_TYPE_5</Name>
      <File>
        <Location><Path>GARMIN/Workouts</Path><FileExtension>FIT</FileExtension></Location>
        <TransferDirection>OutputFromUnit</TransferDirection>
      </File>
      <File>
        <Location><Path>{inbox}</Path><FileExtension>FIT</FileExtension></Location>
        <TransferDirection>InputToUnit</TransferDirection>
      </File>
    </DataType>
  </MassStorageMode>
</Device>
"""


def watch(
    volume: Path,
    *,
    garmin: str = "GARMIN",
    inbox: str = "NewFiles",
    workouts: str = "Workouts",
    model: str = "Forerunner 245",
) -> Path:
    """A watch as a drive, or as a storage of an MTP device; its folder for new files."""
    for folder in (inbox, workouts, "Activity", "Settings"):
        (volume / garmin / folder).mkdir(parents=True)
    device = DEVICE.format(model=model, inbox=f"{garmin}/{inbox}")
    (volume / garmin / "GarminDevice.xml").write_text(device, encoding="utf-8")
    (volume / garmin / "Activity" / "2026-11-26-06-00-00.fit").write_bytes(b"an activity")
    return volume / garmin / inbox


def unplug(inbox: Path) -> None:
    """What the watch does then: it moves the workouts that it knows to its own folder."""
    for path in inbox.iterdir():
        if path.suffix == ".fit":
            path.rename(inbox.parent / "Workouts" / path.name)


def system(root: Path, platform: str = "linux") -> System:
    """A computer whose volumes lie in a folder; its user is anna."""
    return System(platform, "anna", f"{root}/run/user/1000", str(root) + ("/" if platform == "win32" else ""))


WHERE = {
    "linux": "media/anna/GARMIN",
    "darwin": "Volumes/GARMIN",
    "win32": "E:",
}
"""Where a watch that is a drive is seen on each system."""

MTP = "run/user/1000/gvfs/mtp:host=091e_4b54_0000cafe/Internal Storage"
"""Where gvfs shows a watch that speaks MTP."""

COPIES = "shutil.copyfile(source, target)"


def gio(folder: Path, body: str = COPIES) -> Path:
    """A program ``gio`` in a folder for PATH, of which ``gio copy SOURCE TARGET`` is imitated."""
    folder.mkdir(exist_ok=True)
    program, script = folder / "gio", folder / "gio.py"
    script.write_text(
        f"import os, shutil, sys\ncopy, source, target = sys.argv[1:]\nassert copy == 'copy'\n{body}\n",
        encoding="utf-8",
    )
    # By a shell: after #! a path with a space in it is cut there.
    run = shlex.join([sys.executable, str(script)])
    program.write_text(f'#!/bin/sh\nexec {run} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return program
