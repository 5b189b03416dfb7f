"""Pushing a workout to a device of the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_garmin.connect import inventory
from backtrack_plugins import NeedsChoice, UsageError

if TYPE_CHECKING:
    from backtrack_garmin.connect.client import ConnectClient
    from backtrack_garmin.connect.inventory import Device


def device_of(client: ConnectClient, wanted: str) -> Device:
    """The device of a name or number.

    Raises:
        NeedsChoice: when none, or more than one, is called so.
        UsageError: when the account has no device, or that one never syncs, so that nothing would arrive.
        ServiceError: when the service fails or refuses.
    """
    found = inventory.devices(client)
    if not found:
        raise UsageError("the account has no device; leave --device out", argument="device")
    called = [
        device
        for device in found
        if wanted.strip().casefold() in {device.name.casefold(), str(device.number)}
    ]
    if len(called) != 1:
        said = "more than one device is" if called else "no device of the account is"
        raise NeedsChoice(
            f"{said} called {wanted}; say which with --device:\n"
            + "\n".join(f"  --device {device.number}   {device.name}" for device in found),
            argument="device",
            choices=tuple(str(device.number) for device in found),
            labels=tuple(f"{device.name} ({device.number})" for device in found),
            plugin="garmin-connect",
        )
    if not called[0].last_sync and any(device.last_sync for device in found):
        raise UsageError(
            f"{called[0].name} has never synced, so nothing that is pushed to it arrives. "
            "Sync it once, or leave --device out: a scheduled workout comes with the next sync.",
            argument="device",
        )
    return called[0]


def push(client: ConnectClient, device: Device, number: int, name: str) -> None:
    """Ask the service to give a workout to a device at its next sync. Twice is the same as once.

    The message is the one that python-garminconnect and others send (api/devices.py).
    """
    message = {
        "deviceId": device.number,
        "messageUrl": f"workout-service/workout/FIT/{number}",
        "messageType": "workouts",
        "messageName": name,
        "groupName": None,
        "priority": 1,
        "fileType": "FIT",
        "metaDataId": number,
    }
    client.post(inventory.MESSAGES, [message])
