"""One step made easier: slower, flatter, a hand more on the rail. One small function for each rule."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import TYPE_CHECKING

import msgspec

from backtrack_plugins.checking import FASTEST_MOUNT
from backtrack_plugins.checking.incline import STEEP_BACKWARD
from backtrack_plugins.checking.speed import (
    FASTEST_BACKWARD,
    FASTEST_BACKWARD_WALK,
    FASTEST_SIDEWAYS,
    JOG_BECOMES_WALK,
    share_of_easy,
)
from backtrack_plugins.checking.turning import FASTEST_FIRST
from backtrack_plugins.fitting import fit_speed
from backtrack_plugins.fixing.shortening import scaled
from backtrack_plugins.units import KM_PER_MILE, Incline, Limit, Speed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from backtrack_plugins.athlete import Treadmill
    from backtrack_plugins.checking.case import Case
    from backtrack_plugins.workout import Step

    Easing = Callable[[Case, Step], Step]

# The arithmetic must not depend on a decimal context that the host application has changed.
_DOWN = Context(prec=40, rounding=ROUND_FLOOR, traps=[])
_KMH_PER_MS = Decimal("3.6")


def at_most(speed: Speed, limit: Limit) -> Speed:
    """The speed, or where it is above the limit the fastest within it, in the unit it was written in.

    >>> at_most(Speed("2.6 mph"), Limit.of("2.4", "1.5")), at_most(Speed("20:00/km"), Limit.of("2.4", "1.5"))
    (Speed('1.5 mph'), Speed('25:00/km'))
    """
    if not speed.exceeds(limit):
        return speed
    if speed.unit[0] == "/":
        per_hour = limit.mph if speed.imperial else limit.kmh
        pace = _DOWN.divide(Decimal(3600), per_hour).to_integral_value(ROUND_CEILING, context=_DOWN)
        return Speed.of(pace, speed.unit)
    bounds = {"km/h": (limit.kmh, "0.1"), "mph": (limit.mph, "0.1")}
    bound, place = bounds.get(speed.unit, (_DOWN.divide(limit.kmh, _KMH_PER_MS), "0.0001"))
    return Speed(f"{_DOWN.quantize(bound, Decimal(place)):f} {speed.unit}")


def _slower(step: Step, limit: Limit) -> Step:
    speed = at_most(step.speed, limit)
    if speed == step.speed:
        return step
    too_slow_to_jog = step.direction == "backward" and speed.is_below(JOG_BECOMES_WALK)
    return msgspec.structs.replace(step, speed=speed, gait="walk" if too_slow_to_jog else step.gait)


def _within(limit: Limit) -> Easing:
    return lambda _case, step: _slower(step, limit)


def _within_level(case: Case, step: Step) -> Step:
    """As slow as the level; where it has no such gait, a walk as slow as its walks."""
    limit = case.limits.fastest(step.direction, step.gait)
    if limit is not None:
        return _slower(step, limit)
    walk = case.limits.fastest(step.direction, "walk")
    step = msgspec.structs.replace(step, gait="walk")
    return step if walk is None else _slower(step, walk)


def _within_share_of_easy(case: Case, step: Step) -> Step:
    athlete = case.athlete
    easy = None if athlete is None else athlete.easy_walk if step.gait == "walk" else athlete.easy_run
    if easy is None:
        return step
    kmh = _DOWN.multiply(easy.kmh, share_of_easy(case))
    return _slower(step, Limit(kmh, _DOWN.divide(kmh, KM_PER_MILE)))


def _no_steeper(step: Step, percent: Decimal) -> Step:
    if step.incline.number <= percent:
        return step
    return msgspec.structs.replace(step, incline=Incline.of(percent, "%"))


def _on_the_rail(case: Case, step: Step) -> Step:
    return msgspec.structs.replace(step, rail="light" if "light" in case.limits.first_rails else "grip")


EASINGS: dict[str, Easing] = {
    "BT101": _within_level,
    "BT102": _within(FASTEST_BACKWARD_WALK),
    "BT103": _within_level,
    "BT104": _within(FASTEST_BACKWARD),
    "BT105": _within_level,
    "BT106": _within(FASTEST_SIDEWAYS),
    "BT108": _within_share_of_easy,
    "BT301": _on_the_rail,
    "BT309": _within(FASTEST_FIRST),
    "BT310": _within(FASTEST_MOUNT),
    "BT401": lambda case, step: _no_steeper(step, case.limits.backward_incline),
    "BT402": lambda _case, step: _no_steeper(step, STEEP_BACKWARD),
    "BT403": lambda _case, step: _no_steeper(step, Decimal(0)),
}
"""How a step that broke a rule is made easier, by the rule's code."""


def eased(case: Case, step: Step, codes: Iterable[str]) -> Step:
    """The step with all of its easings, as far as the treadmill goes, and lasting no longer than before."""
    easier = step
    for code in codes:
        easier = EASINGS[code](case, easier)
    return _no_longer(step, _as_the_treadmill_can(step, easier, case.timeline.treadmill), case)


def _as_the_treadmill_can(step: Step, easier: Step, treadmill: Treadmill) -> Step:
    """A speed or incline below what the belt can do stays as it was: the belt would not follow (BT901)."""
    if easier.speed.kmh < treadmill.slowest.kmh and not easier.speed.same_as(treadmill.slowest):
        easier = msgspec.structs.replace(easier, speed=step.speed, gait=step.gait)
    if easier.incline.number < treadmill.lowest.number:
        easier = msgspec.structs.replace(easier, incline=step.incline)
    return easier


def _no_longer(step: Step, easier: Step, case: Case) -> Step:
    """A distance at a lower speed lasts longer, and more backward time is not easier: it shrinks as well."""
    if step.amount.metres is None or easier.speed == step.speed:
        return easier
    was, now = (fit_speed(each.speed, case.timeline.treadmill, down=True).kmh for each in (step, easier))
    amount = scaled(step.amount, _DOWN.divide(now, was))
    return step if amount is None else msgspec.structs.replace(easier, amount=amount)
