"""Fitting: a speed or an incline to what the treadmill can do, and never up where it matters."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backtrack_plugins.athlete import Treadmill
    from backtrack_plugins.units import Incline, Speed


def fit_speed(speed: Speed, treadmill: Treadmill, *, down: bool) -> Speed:
    """The nearest speed the treadmill can do; with `down`, the next lower one.

    A speed stays as it was written where the treadmill can do the same, in whatever unit. One below
    the treadmill's slowest becomes the slowest; the rules refuse that where `down` holds.

    >>> from backtrack_plugins import Incline, Speed, Treadmill
    >>> fit_speed(Speed("2.47 km/h"), Treadmill(), down=True)
    Speed('2.4 km/h')
    """
    nearest = _within(treadmill, speed, down=False)
    if nearest.same_as(speed):
        return speed
    return _within(treadmill, speed, down=True) if down else nearest


def _within(treadmill: Treadmill, speed: Speed, *, down: bool) -> Speed:
    try:
        fitted = speed.stepped(treadmill.speed_increment, down=down)
    except ValueError:  # an increment coarser than the speed
        return treadmill.slowest
    if fitted.kmh < treadmill.slowest.kmh:
        return treadmill.slowest
    return treadmill.fastest if fitted.kmh > treadmill.fastest.kmh else fitted


def fit_incline(incline: Incline, treadmill: Treadmill, *, down: bool) -> Incline:
    """The nearest incline the treadmill can do; with `down`, the next lower one.

    >>> from backtrack_plugins import Incline, Speed, Treadmill
    >>> fit_incline(Incline("2.9%"), Treadmill(), down=True)
    Incline('2.5%')
    """
    fitted = incline.stepped(treadmill.incline_increment, down=down)
    if fitted.number > treadmill.highest.number:
        return treadmill.highest
    if fitted.number < treadmill.lowest.number:
        return treadmill.lowest
    return fitted
