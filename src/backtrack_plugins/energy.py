"""Energy: what a Timeline costs, as a range, and no number outside of what is known.

Oxygen uptake is rest, plus a share for moving along, plus a share for climbing. Forward it follows the
equations of the American College of Sports Medicine; backward and sideways a factor on top of them grows or
falls with speed. The factors are our choice, fitted to the few published means there are; docs/energy.md says
which figures they were fitted to and which they were only held against, one of them without success.

Everything here is an estimate for a group, not for one person, and says so by its range.
"""

from __future__ import annotations

from collections.abc import Callable
from math import hypot
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from backtrack_plugins.units import EXACT, KM_PER_MILE, Limit, Mass, same_metres_per_second

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from backtrack_plugins.timeline import Segment, Timeline
    from backtrack_plugins.workout import Direction, Gait, Rail

Validity = Literal["within", "extrapolated", "outside"]
"""Whether the speed and incline lie where the curve may be asked, beyond what was measured, or outside."""

REST = 3.5
"""Oxygen uptake at rest in ml/kg/min: one MET, by convention."""

STANDING = 4.8
"""Oxygen uptake standing, in ml/kg/min (Abe et al. 2015: 4.8, standard deviation 0.4)."""

STANDING_UNCERTAINTY = 0.4 / STANDING

KCAL_PER_LITRE = 5.0
"""Kilocalories per litre of oxygen, by convention. One MET is then 1.05 kcal/kg/h."""

ASSUMED_MASS = Mass("70 kg")
"""Whose energy it is when nobody said (our choice)."""

NOVICE_FACTOR = 1.2
"""What moving costs more in the first weeks of it (Heath et al. 2001: oxygen uptake fell by 19 % in four)."""


class RailEffect(msgspec.Struct, frozen=True):
    """What holding the handrail does to oxygen uptake: a factor, and how uncertain it is by itself."""

    factor: float
    uncertainty: float


RAIL_EFFECTS: dict[Rail, RailEffect] = {
    "free": RailEffect(1.00, 0.0),
    "light": RailEffect(0.95, 0.15),
    "grip": RailEffect(0.80, 0.15),
}
"""Measured walking forward only (Berling et al. 2006: 0.92 to 0.96 resting the hands, 0.79 to 0.85 gripping;
Dalton 2013 found no change)."""


def backward_walk_factor(metres_per_minute: float) -> float:
    """How much dearer than forward the level part of a backward walk is; 1.40 to 2.60.

    Uptake rises faster than speed (Myatt et al. 1995). Fitted to Williford et al. 1998 at 80.45 m/min and to
    the 6.0 MET that the 2011 Compendium of Physical Activities gives for 93.8 m/min.

    >>> backward_walk_factor(80.45)
    1.55
    """
    return min(max(1.55 + 0.024 * (metres_per_minute - 80.45), 1.40), 2.60)


def jog_factor(metres_per_minute: float) -> float:
    """How much dearer than forward a backward or sideways jog is; 1.15 up to 134 m/min, 1.35 from 180 on.

    Williford et al. 1998 at 134.08 m/min, Wright and Weyand 2001 at 3.0 m/s (180 m/min).

    >>> jog_factor(157)
    1.25
    """
    return _between(metres_per_minute, (134.0, 1.15), (180.0, 1.35))


def sideways_walk_factor(metres_per_minute: float) -> float:
    """How much dearer than forward a sideways walk is; 3.00 up to 50 m/min, 2.31 from 80.45 on.

    Handford and Srinivasan 2014 at slow walks, Williford et al. 1998 at 80.45 m/min.

    >>> sideways_walk_factor(36.6)
    3.0
    """
    return _between(metres_per_minute, (50.0, 3.00), (80.45, 2.31))


def _between(at: float, start: tuple[float, float], end: tuple[float, float]) -> float:
    """Linear from start to end, level before and after."""
    share = min(max((at - start[0]) / (end[0] - start[0]), 0.0), 1.0)
    return start[1] + share * (end[1] - start[1])


def _walk(metres_per_minute: float, grade: float) -> float:
    return 0.1 * metres_per_minute + 1.8 * metres_per_minute * grade


def _jog(metres_per_minute: float, grade: float) -> float:
    return 0.2 * metres_per_minute + 0.9 * metres_per_minute * grade


def _backward_walk(metres_per_minute: float, grade: float) -> float:
    # Direction and incline did not interact (Hooper et al. 2004): the climb is added, not multiplied.
    level = 0.1 * metres_per_minute * backward_walk_factor(metres_per_minute)
    return level + 1.8 * metres_per_minute * grade


def _turned_jog(metres_per_minute: float, grade: float) -> float:
    # Uphill the excess of running backward stayed the same in percent (Rasica et al. 2020): multiplied.
    return jog_factor(metres_per_minute) * _jog(metres_per_minute, grade)


def _sideways_walk(metres_per_minute: float, grade: float) -> float:
    return sideways_walk_factor(metres_per_minute) * _walk(metres_per_minute, grade)


class Bound(msgspec.Struct, frozen=True):
    """An end of the speeds at which a curve may be asked, in both units and inclusive in each.

    Sources give speeds in one of them: 5.0 mph is 8.05 km/h, and 8.0 km/h is the same end.
    """

    limit: Limit
    slower: float
    faster: float

    @classmethod
    def of(cls, kmh: str, mph: str) -> Bound:
        """Make a bound from two numbers as text; `slower` and `faster` are the two in m/s."""
        limit = Limit.of(kmh, mph)
        both = float(limit.kmh) / 3.6, float(EXACT.multiply(limit.mph, KM_PER_MILE)) / 3.6
        return cls(limit, min(both), max(both))

    def is_above(self, metres_per_second: float) -> bool:
        """Whether a speed lies below this lower end."""
        return metres_per_second < self.slower and not same_metres_per_second(metres_per_second, self.slower)

    def is_below(self, metres_per_second: float) -> bool:
        """Whether a speed lies above this upper end."""
        return metres_per_second > self.faster and not same_metres_per_second(metres_per_second, self.faster)


class Mode(msgspec.Struct, frozen=True, kw_only=True):
    """One way to move, as data: its curve, where it may be asked, how uncertain it is.

    Attributes:
        name: Such as ``backward walk``.
        uptake: Oxygen uptake above rest in ml/kg/min, from m/min and the grade as a fraction.
        uncertainty: About one standard deviation between people, as a share of the whole uptake (our choice).
        novice_uncertainty: The same in the first weeks.
        novice_factor: What moving costs more in the first weeks.
        steepest_percent: Steepest incline in percent; below 0 nothing is known in any mode.
        slowest: Lowest speed; None where there is none.
        fastest: Highest speed; None where there is none.
        measured_from: Below this speed the curve is extrapolated; None where it never is.
        source: Where curve and ends come from.
    """

    name: str
    uptake: Callable[[float, float], float]
    uncertainty: float
    novice_uncertainty: float
    novice_factor: float
    steepest_percent: float
    slowest: Bound | None
    fastest: Bound | None
    measured_from: Bound | None
    source: str

    @property
    def known(self) -> str:
        """Where it may be asked, in words."""
        ends = (("from", self.slowest), ("up to", self.fastest))
        speeds = " ".join(f"{word} {bound.limit}" for word, bound in ends if bound is not None)
        inclines = f"at 0 to {self.steepest_percent:g} %" if self.steepest_percent else "on the flat"
        return f"{speeds} {inclines}"

    def validity(self, metres_per_second: float, incline_percent: float) -> Validity:
        """Whether a speed in m/s and an incline in percent lie where the curve may be asked."""
        if not 0.0 <= incline_percent <= self.steepest_percent:
            return "outside"
        if self.slowest is not None and self.slowest.is_above(metres_per_second):
            return "outside"
        if self.fastest is not None and self.fastest.is_below(metres_per_second):
            return "outside"
        if self.measured_from is not None and self.measured_from.is_above(metres_per_second):
            return "extrapolated"
        return "within"


FORWARD_WALK = Mode(
    name="forward walk",
    uptake=_walk,
    uncertainty=0.10,
    novice_uncertainty=0.10,
    novice_factor=1.0,
    steepest_percent=15.0,
    slowest=Bound.of("3.0", "1.9"),
    fastest=Bound.of("6.0", "3.7"),
    measured_from=None,
    source="ACSM walking equation, intended for 50 to 100 m/min (Bushman 2020); "
    "the steepest incline is our choice",
)
FORWARD_JOG = Mode(
    name="forward jog",
    uptake=_jog,
    uncertainty=0.12,
    novice_uncertainty=0.12,
    novice_factor=1.0,
    steepest_percent=15.0,
    slowest=Bound.of("4.8", "3.0"),
    fastest=None,
    measured_from=None,
    source="ACSM running equation, intended above 134 m/min, from 80 on if truly jogging (Bushman 2020); "
    "the steepest incline is our choice, as for the walk",
)
BACKWARD_WALK = Mode(
    name="backward walk",
    uptake=_backward_walk,
    uncertainty=0.20,
    novice_uncertainty=0.25,
    novice_factor=NOVICE_FACTOR,
    steepest_percent=10.0,
    slowest=None,
    fastest=Bound.of("6.4", "4.0"),
    measured_from=Bound.of("3.0", "1.9"),
    source="Williford et al. 1998; Compendium of Physical Activities 2011; Myatt et al. 1995 (to 4.0 mph); "
    "Hooper et al. 2004 (to 10 %)",
)
BACKWARD_JOG = Mode(
    name="backward jog",
    uptake=_turned_jog,
    uncertainty=0.15,
    novice_uncertainty=0.15,
    novice_factor=NOVICE_FACTOR,
    steepest_percent=10.0,
    slowest=Bound.of("6.0", "3.7"),
    fastest=Bound.of("12.6", "7.8"),
    measured_from=None,
    source="Williford et al. 1998; Wright and Weyand 2001 (to 3.50 m/s); Rasica et al. 2020 (incline)",
)
SIDEWAYS_WALK = Mode(
    name="sideways walk",
    uptake=_sideways_walk,
    uncertainty=0.35,
    novice_uncertainty=0.35,
    novice_factor=NOVICE_FACTOR,
    steepest_percent=0.0,
    slowest=Bound.of("1.5", "0.9"),
    fastest=Bound.of("5.0", "3.1"),
    measured_from=None,
    source="Handford and Srinivasan 2014; Williford et al. 1998: two studies of different gaits",
)
SIDEWAYS_JOG = Mode(
    name="sideways jog",
    uptake=_turned_jog,
    uncertainty=0.20,
    novice_uncertainty=0.20,
    novice_factor=NOVICE_FACTOR,
    steepest_percent=0.0,
    slowest=Bound.of("5.0", "3.1"),
    fastest=Bound.of("8.0", "5.0"),
    measured_from=None,
    source="Williford et al. 1998",
)

MODES = (FORWARD_WALK, FORWARD_JOG, BACKWARD_WALK, BACKWARD_JOG, SIDEWAYS_WALK, SIDEWAYS_JOG)
"""Every way to move that there is a curve for."""

_KNOWN = {mode.name: mode.known for mode in MODES}

_MODE_OF: dict[tuple[Direction | None, Gait | None], Mode] = {
    ("forward", "walk"): FORWARD_WALK,
    ("forward", "jog"): FORWARD_JOG,
    ("forward", "run"): FORWARD_JOG,
    ("backward", "walk"): BACKWARD_WALK,
    ("backward", "jog"): BACKWARD_JOG,
    ("backward", "run"): BACKWARD_JOG,
    ("left", "walk"): SIDEWAYS_WALK,
    ("left", "jog"): SIDEWAYS_JOG,
    ("left", "run"): SIDEWAYS_JOG,
    ("right", "walk"): SIDEWAYS_WALK,
    ("right", "jog"): SIDEWAYS_JOG,
    ("right", "run"): SIDEWAYS_JOG,
}


class Range(msgspec.Struct, frozen=True):
    """An estimate and how far one person may be from it.

    Attributes:
        value: The estimate.
        low: About one standard deviation below.
        high: About one standard deviation above.
    """

    value: float
    low: float
    high: float

    def scaled(self, factor: float) -> Range:
        """All three times a factor."""
        return Range(self.value * factor, self.low * factor, self.high * factor)

    def less(self, amount: float) -> Range:
        """All three less an amount."""
        return Range(self.value - amount, self.low - amount, self.high - amount)


class Outside(NamedTuple):
    """A segment that nothing is estimated for, and why in one sentence."""

    segment: Segment
    why: str


class SegmentEnergy(msgspec.Struct, frozen=True, kw_only=True):
    """What one segment costs.

    Attributes:
        validity: Whether the curve may be asked for this speed and incline.
        vo2: Oxygen uptake in ml/kg/min, rest included; None outside.
        met: The same in METs of 3.5 ml/kg/min; None outside.
        gross_kcal: Kilocalories over its time, rest included; None outside, and until the lap button.
        net_kcal: Kilocalories over its time above rest; None outside, and until the lap button.
    """

    validity: Validity
    vo2: Range | None = None
    met: Range | None = None
    gross_kcal: Range | None = None
    net_kcal: Range | None = None


class Energy(msgspec.Struct, frozen=True, kw_only=True):
    """What a Timeline costs: sums over what can be estimated, and what cannot.

    Attributes:
        mass_kilograms: Whose energy it is.
        mass_assumed: Whether nobody said the mass.
        novice: Whether moving backward and sideways was taken to cost more, as in the first weeks.
        gross_kcal: Kilocalories, rest included.
        net_kcal: Kilocalories above rest.
        unestimated_seconds: Time that is in neither sum, because it lies outside. Segments until the lap
            button have no time: they are in no sum, and not in here.
        extrapolated_seconds: Time that is in both sums, at speeds below those that were measured.
        segments: One for each segment of the Timeline, in its order.
        outside: The segments outside, in order, each with why.
    """

    mass_kilograms: float
    mass_assumed: bool
    novice: bool
    gross_kcal: Range
    net_kcal: Range
    unestimated_seconds: float
    extrapolated_seconds: float
    segments: tuple[SegmentEnergy, ...]
    outside: tuple[Outside, ...]


def estimate_energy(timeline: Timeline, mass: Mass | None = None, *, novice: bool = False) -> Energy:
    r"""Estimate what a timeline costs, from the belt speed and incline as fitted to the treadmill.

    ``run`` counts as jog. A forward jog at 4.8 to 8 km/h counts as within, which holds for somebody who
    truly jogs there. Outside of what the curves know nothing is given: no speed or incline is bent to fit.

    A range is the estimate plus and minus the mode's uncertainty; where a hand is on the rail, both
    uncertainties are combined as the root of the sum of their squares, because how one moves and how hard one
    leans are different things. No range reaches below rest. Net is gross less rest, in all three
    numbers. In a sum the lows and the highs are added: one person's errors go the same way (our choice).

    With 5 kcal per litre of oxygen one MET is 1.05 kcal/kg/h; the common shortcut of 1.0 kcal/kg/h gives 5 %
    less.

    Args:
        timeline: What `expand` made.
        mass: Body mass; 70 kg is assumed when it is not known.
        novice: Whether backward and sideways are new to them, for about four weeks: then the part above rest
            is 1.2 times as much there, and a backward walk is uncertain by 25 instead of 20 %.

    >>> from backtrack_plugins.page import parse
    >>> from backtrack_plugins.timeline import expand
    >>> page = "name: A\n10:00 forward walk 5 km/h\n1:00 backward walk 2.4 km/h grip rail"
    >>> estimate = estimate_energy(expand(parse(page)), Mass("60 kg"))
    >>> round(estimate.gross_kcal.value), round(estimate.gross_kcal.low), round(estimate.gross_kcal.high)
    (38, 34, 43)
    """
    known = ASSUMED_MASS if mass is None else mass
    planned = (segment.seconds for segment in timeline.segments)
    segments = [*_lasting(timeline, planned, known, novice=novice)]
    return Energy(
        mass_kilograms=known.kilograms,
        mass_assumed=mass is None,
        novice=novice,
        gross_kcal=_sum(each.gross_kcal for each in segments),
        net_kcal=_sum(each.net_kcal for each in segments),
        unestimated_seconds=_seconds(timeline, segments, "outside"),
        extrapolated_seconds=_seconds(timeline, segments, "extrapolated"),
        segments=tuple(segments),
        outside=tuple(outside_segments(timeline)),
    )


def energy_done(
    timeline: Timeline, seconds: Iterable[float], mass: Mass | None = None, *, novice: bool = False
) -> list[Range | None]:
    r"""The kilocalories of each segment, rest included, had it lasted so long; None outside of what is known.

    Args:
        timeline: What was planned.
        seconds: How long each of its segments lasted, in its order; what the lap button ends, too.
        mass: As for `estimate_energy`.
        novice: As for `estimate_energy`.

    >>> from backtrack_plugins.page import parse
    >>> from backtrack_plugins.timeline import expand
    >>> timeline = expand(parse("name: A\nlap forward walk 5 km/h\n1:00 forward walk 9 km/h"))
    >>> [kcal and round(kcal.value, 1) for kcal in energy_done(timeline, [600, 60])]
    [41.4, None]
    """
    known = ASSUMED_MASS if mass is None else mass
    return [each.gross_kcal for each in _lasting(timeline, seconds, known, novice=novice)]


def outside_segments(timeline: Timeline) -> Iterator[Outside]:
    r"""Every segment that nothing is estimated for, with why in one sentence; cheap enough for every check.

    >>> from backtrack_plugins.page import parse
    >>> from backtrack_plugins.timeline import expand
    >>> page = "name: A\n10:00 forward walk 5 km/h\n1:00 forward walk 7 km/h"
    >>> for segment, why in outside_segments(expand(parse(page))):
    ...     print(segment.start_seconds, why.partition(",")[0])
    600.0 7 km/h forward walk is outside what the energy model knows
    """
    whys: dict[int, str] = {}
    for segment in timeline.segments:
        if segment.direction is None:
            continue
        why = whys.get(segment.step_number)
        if why is None:
            why = whys[segment.step_number] = _why_outside(segment)
        if why:
            yield Outside(segment, why)


def _why_outside(segment: Segment) -> str:
    mode = _MODE_OF[segment.direction, segment.gait]
    if mode.validity(segment.metres_per_second or 0.0, segment.incline_percent) != "outside":
        return ""
    moving = f"{segment.belt} {segment.direction} {segment.gait}"
    return f"{moving} is outside what the energy model knows, {_KNOWN[mode.name]}"


def oxygen_uptake(
    mode: Mode,
    metres_per_second: float,
    incline_percent: float = 0.0,
    *,
    rail: Rail = "free",
    novice: bool = False,
) -> Range:
    """What the bare curve says, in ml/kg/min with rest included; ask `Mode.validity` before you believe it.

    >>> round(oxygen_uptake(BACKWARD_WALK, 3.2 / 3.6, 4).value, 2)
    14.81
    """
    moving = mode.uptake(metres_per_second * 60, incline_percent / 100)
    held = RAIL_EFFECTS[rail]
    factor, own = (mode.novice_factor, mode.novice_uncertainty) if novice else (1.0, mode.uncertainty)
    whole = max(held.factor * (REST + factor * moving), REST)
    return _spread(whole, hypot(own, held.uncertainty))


def _spread(value: float, uncertainty: float) -> Range:
    return Range(value, max(value * (1 - uncertainty), REST), value * (1 + uncertainty))


def _rate(segment: Segment, *, novice: bool) -> SegmentEnergy:
    """What every minute of a segment costs, whatever its time."""
    if segment.direction is None:
        vo2 = _spread(STANDING, STANDING_UNCERTAINTY)
        return SegmentEnergy(validity="within", vo2=vo2, met=vo2.scaled(1 / REST))
    mode = _MODE_OF[segment.direction, segment.gait]
    speed, incline = segment.metres_per_second or 0.0, segment.incline_percent
    validity = mode.validity(speed, incline)
    if validity == "outside":
        return SegmentEnergy(validity=validity)
    vo2 = oxygen_uptake(mode, speed, incline, rail=segment.rail or "free", novice=novice)
    return SegmentEnergy(validity=validity, vo2=vo2, met=vo2.scaled(1 / REST))


def _lasting(
    timeline: Timeline, seconds: Iterable[float | None], mass: Mass, *, novice: bool
) -> Iterator[SegmentEnergy]:
    """What each segment costs, had it lasted so long."""
    kcal_per_ml = mass.kilograms / 1000 * KCAL_PER_LITRE
    rates: dict[tuple[int, bool], SegmentEnergy] = {}  # a placed straddle shares the number of its step
    for segment, lasted in zip(timeline.segments, seconds, strict=True):
        key = segment.step_number, segment.is_straddle
        rate = rates.get(key)
        if rate is None:
            rate = rates[key] = _rate(segment, novice=novice)
        yield _over(lasted, rate, kcal_per_ml)


def _over(seconds: float | None, rate: SegmentEnergy, kcal_per_ml: float) -> SegmentEnergy:
    if rate.vo2 is None or seconds is None:
        return rate
    kcal = kcal_per_ml * seconds / 60
    return SegmentEnergy(
        validity=rate.validity,
        vo2=rate.vo2,
        met=rate.met,
        gross_kcal=rate.vo2.scaled(kcal),
        net_kcal=rate.vo2.less(REST).scaled(kcal),
    )


def _sum(ranges: Iterable[Range | None]) -> Range:
    value = low = high = 0.0
    for each in ranges:
        if each is not None:
            value, low, high = value + each.value, low + each.low, high + each.high
    return Range(value, low, high)


def _seconds(timeline: Timeline, energies: Iterable[SegmentEnergy], validity: Validity) -> float:
    pairs = zip(timeline.segments, energies, strict=True)
    return sum((segment.seconds or 0.0 for segment, each in pairs if each.validity == validity), 0.0)
