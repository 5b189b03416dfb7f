"""Backward and sideways time made less: steps shortened, none below ten seconds, none taken out."""

from __future__ import annotations

import math
from collections import Counter
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from backtrack_plugins.checking.dose import LARGEST_SHARE_PERCENT, LONGEST_TOTAL_SECONDS
from backtrack_plugins.units import Amount
from backtrack_plugins.workout import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from backtrack_plugins.checking.case import Bout, Case
    from backtrack_plugins.timeline import Segment

LEAST_SECONDS = 10
"""No step is made shorter than this (our choice): it would be all stepping on and off."""

WHOLE_SECONDS = 5
"""A shortened time is a multiple of this."""

_FINEST = Decimal("0.0001")
_WHOLE_DISTANCE = {"m": Decimal(1), "km": Decimal("0.001"), "mi": Decimal("0.001")}
_EXACT = Context(prec=40, traps=[])


class _Turned(NamedTuple):
    """A backward or sideways step as written: how often it is done, and how long each time."""

    number: int
    passes: int
    seconds: float
    metres_per_second: float
    step: Step

    def lasting(self, seconds: float) -> Step:
        """The step shortened to no more than that or ten seconds; never longer than before."""
        if self.step.amount.metres is None:
            whole = WHOLE_SECONDS * math.floor(round(seconds, 6) / WHOLE_SECONDS)
            amount = Amount(f"{min(max(whole, LEAST_SECONDS), round(self.seconds))} s")
        else:
            amount = self._distance(seconds)
        return msgspec.structs.replace(self.step, amount=amount)

    def _distance(self, seconds: float) -> Amount:
        amount = self.step.amount
        place = _WHOLE_DISTANCE[amount.unit]
        per_second = _EXACT.divide(
            _EXACT.create_decimal_from_float(self.metres_per_second), Amount.metres_in[amount.unit]
        )
        whole, least = (
            _EXACT.multiply(_EXACT.create_decimal_from_float(each), per_second).quantize(
                place, rounding, context=_EXACT
            )
            for each, rounding in ((max(seconds, 0.0), ROUND_FLOOR), (LEAST_SECONDS, ROUND_CEILING))
        )
        return Amount(f"{min(max(whole, least), amount.number):f} {amount.unit}")

    def seconds_of(self, step: Step) -> float:
        """How long the step is when shortened so."""
        metres = step.amount.metres
        return float(step.amount.seconds or 0) if metres is None else metres / self.metres_per_second

    @property
    def least_seconds(self) -> float:
        """How short it can be made."""
        return self.seconds_of(self.lasting(0.0))


def scaled(amount: Amount, factor: Decimal) -> Amount | None:
    """A distance times a factor of one or less, rounded down; None when nothing would be left of it."""
    number = _EXACT.multiply(amount.number, factor)
    for place in (_WHOLE_DISTANCE[amount.unit], _FINEST):
        rounded = number.quantize(place, ROUND_FLOOR, context=_EXACT)
        if rounded > 0:
            return Amount(f"{rounded:f} {amount.unit}")
    return None


def shorter_bouts(case: Case, number: int) -> dict[int, Step]:
    """The steps to shorten in the bouts that begin with a step and are too long, cut from their ends.

    Nothing when a bout cannot be made short enough.
    """
    shorter: dict[int, Step] = {}
    for bout in case.bouts:
        if bout.segments[0].step_number == number:
            shorter.update(_cut(bout, case.limits.bout_seconds))
    return shorter


def _cut(bout: Bout, longest: float) -> dict[int, Step]:
    turned = _turned(bout.segments)
    excess = round(bout.seconds - longest, 6)
    shorter: dict[int, Step] = {}
    for each in reversed(turned):
        if excess <= 0:
            return shorter
        step = each.lasting(each.seconds - excess / each.passes)
        if step != each.step:
            shorter[each.number] = step
            excess = round(excess - each.passes * (each.seconds - each.seconds_of(step)), 6)
    return shorter if excess <= 0 else {}


def _share_target(percent: int, case: Case) -> float | None:
    """The most seconds that are such a share; None where there is nothing forward to be a share of."""
    totals = case.timeline.totals
    if not totals.forward_seconds:
        return None
    beside = totals.forward_seconds + totals.straddle_seconds
    return percent / (100 - percent) * beside


TARGETS: dict[str, Callable[[Case], float | None]] = {
    "BT202": lambda case: case.limits.total_seconds,
    "BT203": lambda _case: LONGEST_TOTAL_SECONDS - WHOLE_SECONDS,
    "BT204": lambda case: _share_target(LARGEST_SHARE_PERCENT, case),
    "BT205": lambda case: _share_target(case.limits.share_percent, case),
}
"""How many backward and sideways seconds a rule leaves, by its code; None where none can be said."""


def shorter_in_all(case: Case, code: str) -> dict[int, Step]:
    """Every backward and sideways step, shortened in proportion; nothing when that cannot be enough."""
    target = TARGETS[code](case)
    turned = _turned(case.timeline.segments)
    total = sum(each.passes * each.seconds for each in turned)
    least = sum(each.passes * each.least_seconds for each in turned)
    if target is None or total <= target or least > target:
        return {}
    factor = _factor(turned, target)
    shorter = {each.number: each.lasting(each.seconds * factor) for each in turned}
    return {each.number: shorter[each.number] for each in turned if shorter[each.number] != each.step}


def _factor(turned: Sequence[_Turned], target: float) -> float:
    """What to multiply each step by, so that together they last the target though some can shrink no more."""
    factor = 0.0
    pinned: set[int] = set()
    while True:
        free = [each for each in turned if each.number not in pinned]
        left = target - sum(each.passes * each.least_seconds for each in turned if each.number in pinned)
        factor = left / sum(each.passes * each.seconds for each in free) if free else 0.0
        short = {each.number for each in free if each.seconds * factor < each.least_seconds}
        if not short:
            return factor
        pinned |= short


def _turned(segments: Iterable[Segment]) -> list[_Turned]:
    """The backward and sideways steps among the segments that have a time, in their order."""
    known = [each for each in segments if each.direction not in {None, "forward"} and each.seconds]
    passes = Counter(each.step_number for each in known)
    first = {each.step_number: each for each in reversed(known)}
    return list(_each(passes, first))


def _each(passes: Counter[int], first: dict[int, Segment]) -> Iterator[_Turned]:
    for number, count in passes.items():
        segment = first[number]
        if isinstance(segment.step, Step):
            speed = segment.metres_per_second or 0.0
            yield _Turned(number, count, segment.seconds or 0.0, speed, segment.step)
