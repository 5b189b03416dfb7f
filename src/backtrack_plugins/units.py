"""Quantities that keep the number and the unit they were written in.

A runner who writes ``1.5 mph`` gets ``1.5 mph`` back, never ``2.41 km/h``. SI values are derived,
so that every later step computes in one system. Numbers are exact decimals: a limit of 2.4 km/h
admits 2.4 km/h and refuses 2.4001 km/h.
"""

from __future__ import annotations

import math
import re
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Callable

EXACT = Context(prec=40, rounding=ROUND_HALF_UP, traps=[])
"""Whatever is reckoned with decimals is reckoned in it, and not in a context that the app has changed."""

KM_PER_MILE = Decimal("1.609344")
"""Kilometres in one international mile, exactly (international yard and pound agreement, 1959)."""

FASTEST_KMH = Decimal(45)
"""No line may ask for more: the fastest measured human sprint is just under 45 km/h."""

LONGEST_SECONDS = 24 * 3600
"""The longest single step, in seconds (our choice)."""

LONGEST_METRES = 300_000
"""The longest single step, in metres (our choice; above the 24-hour treadmill record)."""

STEEPEST_PERCENT = 40
"""No line may ask for more: the steepest incline trainers end at 40 % (our choice of bound)."""

NUMBER = r"[+-]?[0-9]{1,6}(?:\.[0-9]{1,4})?"
"""A regular expression for one number of the line grammar."""

# What looks like a number is read as one, so that the message can say what is wrong with it.
NUMBER_LIKE = r"[+-]?[0-9][0-9.,]*"

_NUMBER = re.compile(rf"{NUMBER}\Z")


def shown(text: str) -> str:
    """A text as it may stand in a message: at most 40 characters, none that command a terminal.

    >>> shown("a" * 50)
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...'
    """
    short = text if len(text) <= 40 else text[:37] + "..."
    return short if short.isprintable() else ascii(short)[1:-1]


def number(text: str) -> Decimal:
    """Read one number of the line grammar.

    Args:
        text: ASCII digits, at most six before and four after the point, with an optional sign.

    Raises:
        ValueError: with a sentence that says what a number looks like.

    >>> number("2.40")
    Decimal('2.4')
    """
    if _NUMBER.match(text) is None:
        if "," in text:
            raise ValueError(
                f"{shown(text)}: write the decimals after a point: {shown(text.replace(',', '.'))}"
            )
        raise ValueError(f"{shown(text)}: a number has at most six digits before the point and four after it")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return EXACT.plus(Decimal(text))  # turns -0 into 0


def seconds_of(clock: str) -> int:
    """Read ``m:ss`` or ``h:mm:ss`` as seconds.

    Raises:
        ValueError: when seconds or, after hours, minutes reach sixty.

    >>> seconds_of("1:05:00")
    3900
    """
    fields = [int(field) for field in clock.split(":")]
    total = 0
    for field in fields:
        total = total * 60 + field
    if any(field > 59 for field in fields[1:]):
        raise ValueError(f"{clock}: minutes and seconds go up to 59; did you mean {clock_of(total)}?")
    return total


def clock_of(seconds: int) -> str:
    """Write seconds as ``m:ss``, or ``h:mm:ss`` from one hour on.

    >>> clock_of(90), clock_of(3900)
    ('1:30', '1:05:00')
    """
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minutes}:{second:02}"


def same_metres_per_second(one: float, other: float) -> bool:
    """Whether two speeds are the same: they agree within a thousandth."""
    return math.isclose(one, other, rel_tol=1e-3)


class Quantity:
    """A number with the unit it was written in; immutable, compared by both.

    Subclasses read their own text (``Speed("2.4 km/h")``) and write its canonical form (``str(speed)``).
    Two quantities are equal when number and unit are; `Speed.same_as` compares across units.
    """

    __slots__ = ("number", "unit")

    number: Decimal
    unit: str

    pattern: ClassVar[str] = ""
    """A regular expression for the texts that can be read, as published in the JSON Schema."""
    examples: ClassVar[tuple[str, ...]] = ()
    _compiled: ClassVar[re.Pattern[str]]

    def __init_subclass__(cls) -> None:
        cls._compiled = re.compile(rf"(?:{cls.pattern.replace(NUMBER, NUMBER_LIKE)})\Z", re.ASCII)

    def __init__(self, text: str) -> None:
        if not isinstance(text, str):
            raise TypeError(
                f"{type(self).__name__} is made from text such as {self.examples[0]!r}, with its unit"
            )
        match = self._compiled.match(text)
        if match is None:
            raise ValueError(f"{shown(text)!r} is not {self._expected()}")
        self._set(*self._read(match))

    def _expected(self) -> str:
        shown = [repr(example) for example in self.examples]
        return f"{self._article()}; write it as {', '.join(shown[:-1])} or {shown[-1]}"

    @classmethod
    def _article(cls) -> str:
        return f"{'an' if cls.__name__[0] in 'AEIOU' else 'a'} {cls.__name__.lower()}"

    def _read(self, match: re.Match[str]) -> tuple[Decimal, str]:
        raise NotImplementedError

    def _check(self) -> None:
        """Raise ValueError when the number is out of range."""

    def _set(self, amount: Decimal, unit: str) -> None:
        object.__setattr__(self, "number", amount)
        object.__setattr__(self, "unit", unit)
        self._check()

    @classmethod
    def of(cls, amount: Decimal, unit: str) -> Self:
        """Make a quantity from a number and a canonical unit.

        Raises:
            TypeError: when the number is no Decimal.
            ValueError: when the number is out of range, or the quantity cannot be written and read back.
        """
        if type(amount) is not Decimal:
            raise TypeError(f"{cls.__name__}.of takes a Decimal, not {type(amount).__name__}")
        made = cls.__new__(cls)
        made._set(amount, unit)  # noqa: SLF001 - its own class
        if cls(str(made)) != made:
            raise ValueError(f"{amount} {unit} cannot be written as {cls._article()}")
        return made

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} cannot be changed; make a new one")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} cannot be changed; make a new one")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self.number == other.number and self.unit == other.unit

    def __hash__(self) -> int:
        return hash((type(self), self.number, self.unit))

    def __reduce__(self) -> tuple[Callable[[str], Self], tuple[str]]:
        return type(self), (str(self),)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class Limit(NamedTuple):
    """A speed limit stated in both units and inclusive in each.

    5.0 km/h and 3.1 mph are one limit, though 3.1 mph is 4.99 km/h: a speed is held against the
    bound of the system it was written in.
    """

    kmh: Decimal
    mph: Decimal

    @classmethod
    def of(cls, kmh: str, mph: str) -> Limit:
        """Make a limit from two numbers as text.

        >>> str(Limit.of("2.4", "1.5"))
        '2.4 km/h (1.5 mph)'
        """
        return cls(Decimal(kmh), Decimal(mph))

    def __str__(self) -> str:
        return f"{self.kmh} km/h ({self.mph} mph)"


class Speed(Quantity):
    """A belt speed: km/h, mph, m/s, or a pace per kilometre or per mile; above 0 and at most 45 km/h.

    Raises:
        ValueError: when the text is no speed or the speed is out of range.

    >>> Speed("6:00/km").metres_per_second
    2.7777777777777777
    >>> Speed("1.50 mph")
    Speed('1.5 mph')
    """

    __slots__ = ()

    pattern = rf"({NUMBER}) ?(km/h|kmh|kph|mph|m/s)|([0-9]{{1,3}}:[0-9]{{2}}) ?/(km|mi)"
    examples = ("2.4 km/h", "1.5 mph", "6:00/km", "9:40/mi", "0.67 m/s")
    units: ClassVar[dict[str, str]] = {
        "kmh": "km/h",
        "kph": "km/h",
        "km/h": "km/h",
        "mph": "mph",
        "m/s": "m/s",
    }

    def _read(self, match: re.Match[str]) -> tuple[Decimal, str]:
        plain, unit, pace, per = match.groups()
        if plain is not None:
            return number(plain), self.units[unit]
        return Decimal(seconds_of(pace)), "/" + per

    def _check(self) -> None:
        if self.number <= 0:
            raise ValueError(f"{self}: a speed is above zero; for a pause write a straddle: 0:30 straddle")
        if self.kmh > FASTEST_KMH:
            raise ValueError(f"{self}: no one runs that fast; the most is {FASTEST_KMH} km/h")

    def __str__(self) -> str:
        if self.unit[0] == "/":
            minutes, seconds = divmod(int(self.number), 60)
            return f"{minutes}:{seconds:02}{self.unit}"
        return f"{self.number:f} {self.unit}"

    @property
    def kmh(self) -> Decimal:
        """Kilometres per hour, exact to 40 digits."""
        if self.unit == "km/h":
            return self.number
        if self.unit == "mph":
            return EXACT.multiply(self.number, KM_PER_MILE)
        if self.unit == "m/s":
            return EXACT.multiply(self.number, Decimal("3.6"))
        if self.unit == "/km":
            return EXACT.divide(Decimal(3600), self.number)
        return EXACT.divide(EXACT.multiply(Decimal(3600), KM_PER_MILE), self.number)

    @property
    def metres_per_second(self) -> float:
        """Metres per second."""
        return float(self.kmh) / 3.6

    @property
    def imperial(self) -> bool:
        """Whether it was written per hour or minute of miles."""
        return self.unit in {"mph", "/mi"}

    def same_as(self, other: Speed) -> bool:
        """Whether both are one speed: their SI values agree within a thousandth, however written.

        >>> Speed("6:00/km").same_as(Speed("10 km/h"))
        True
        """
        return self == other or same_metres_per_second(self.metres_per_second, other.metres_per_second)

    def exceeds(self, limit: Limit) -> bool:
        """Whether the speed is above a limit such as `FASTEST_MOUNT`, in the system it was written in.

        >>> from backtrack_plugins import FASTEST_MOUNT
        >>> str(FASTEST_MOUNT)
        '5.0 km/h (3.1 mph)'
        >>> Speed("3.1 mph").exceeds(FASTEST_MOUNT), Speed("5.01 km/h").exceeds(FASTEST_MOUNT)
        (False, True)
        """
        if self.unit == "mph":
            return self.number > limit.mph
        if self.unit == "/mi":
            return EXACT.multiply(self.number, limit.mph) < 3600
        if self.unit == "/km":
            return EXACT.multiply(self.number, limit.kmh) < 3600
        return self.kmh > limit.kmh

    def is_below(self, limit: Limit) -> bool:
        """Whether the speed is below a limit such as `FASTEST_MOUNT`, in the system it was written in.

        >>> from backtrack_plugins import FASTEST_MOUNT
        >>> Speed("3.1 mph").is_below(FASTEST_MOUNT), Speed("4.99 km/h").is_below(FASTEST_MOUNT)
        (False, True)
        """
        if self.unit == "mph":
            return self.number < limit.mph
        if self.unit == "/mi":
            return EXACT.multiply(self.number, limit.mph) > 3600
        return not self.exceeds(limit) and self.kmh != limit.kmh

    def stepped(self, increment: Speed, *, down: bool) -> Speed:
        """The nearest multiple of an increment, in the increment's unit; the next lower one with `down`.

        >>> Speed("1.5 mph").stepped(Speed("0.1 km/h"), down=True)
        Speed('2.4 km/h')

        Raises:
            ValueError: when the result would be zero.
        """
        value = self.kmh
        if increment.unit == "mph":
            value = self.number if self.unit == "mph" else EXACT.divide(value, KM_PER_MILE)
        elif increment.unit == "m/s":
            value = self.number if self.unit == "m/s" else EXACT.divide(value, Decimal("3.6"))
        return Speed.of(_stepped(value, increment.number, down=down), increment.unit)


class Incline(Quantity):
    """Belt incline in percent of grade; -40 to 40.

    A negative one can be read; a rule refuses it where someone could fall.

    >>> Incline("2 %")
    Incline('2%')
    """

    __slots__ = ()

    pattern = rf"({NUMBER}) ?%"
    examples = ("2%", "0.5%")

    def _read(self, match: re.Match[str]) -> tuple[Decimal, str]:
        return number(match[1]), "%"

    def _check(self) -> None:
        if not -STEEPEST_PERCENT <= self.number <= STEEPEST_PERCENT:
            raise ValueError(f"{self}: no treadmill is that steep; write -40% to 40%")

    def __str__(self) -> str:
        return f"{self.number:f}%"

    @property
    def percent(self) -> float:
        """Percent of grade; 2.0 rises two metres in a hundred."""
        return float(self.number)

    def stepped(self, increment: Incline, *, down: bool) -> Incline:
        """The nearest multiple of an increment; the next lower one with `down`."""
        return Incline.of(_stepped(self.number, increment.number, down=down), "%")


class Amount(Quantity):
    """How long a step lasts: a time, a distance, or ``lap`` (until the lap button).

    Time is whole seconds, 1 s to 24 h; distance is in m, km or mi, at most 300 km. ``5m`` is
    refused: it could be minutes or metres.

    >>> Amount("90s"), Amount("400m"), Amount("lap")
    (Amount('1:30'), Amount('400 m'), Amount('lap'))
    """

    __slots__ = ()

    pattern = (
        r"([0-9]{1,6}:[0-9]{2}(?::[0-9]{2})?)"
        rf"|({NUMBER})( ?)(seconds|second|secs|sec|s|minutes|minute|mins|min|hours|hour|h|km|mi|m)|(lap)"
    )
    examples = ("1:00", "400 m", "1.5 km", "lap")
    seconds_in: ClassVar[dict[str, int]] = {
        **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
        **dict.fromkeys(("min", "mins", "minute", "minutes"), 60),
        **dict.fromkeys(("h", "hour", "hours"), 3600),
    }
    metres_in: ClassVar[dict[str, Decimal]] = {
        "m": Decimal(1),
        "km": Decimal(1000),
        "mi": Decimal("1609.344"),
    }

    def _read(self, match: re.Match[str]) -> tuple[Decimal, str]:
        clock, plain, space, unit, _lap = match.groups()
        if clock is not None:
            return Decimal(seconds_of(clock)), "s"
        if plain is None:
            return Decimal(0), "lap"
        value = number(plain)
        if unit in self.seconds_in:
            return EXACT.multiply(value, Decimal(self.seconds_in[unit])), "s"
        if unit == "m" and not space and 0 < value < 100:
            minutes = clock_of(int(EXACT.multiply(value, Decimal(60))))
            raise ValueError(
                f"{plain}m: minutes or metres? Write {minutes} for minutes, {plain} m for metres"
            )
        return value, unit

    def _check(self) -> None:
        if self.unit == "lap":
            return
        if self.number <= 0:
            raise ValueError(f"{self}: an amount is above zero")
        if self.unit == "s":
            if self.number != int(self.number):
                raise ValueError(f"{self.number} seconds: a time is in whole seconds")
            if self.number > LONGEST_SECONDS:
                raise ValueError(f"{self}: one step lasts 24 hours at most")
        elif self._metres() > LONGEST_METRES:
            raise ValueError(f"{self}: one step is 300 km at most")

    def __str__(self) -> str:
        if self.unit == "lap":
            return "lap"
        if self.unit == "s":
            return clock_of(int(self.number)) if self.number >= 0 else f"{self.number:f} s"
        return f"{self.number:f} {self.unit}"

    @property
    def seconds(self) -> int | None:
        """Seconds, when the amount is a time."""
        return int(self.number) if self.unit == "s" else None

    @property
    def metres(self) -> float | None:
        """Metres, when the amount is a distance."""
        return float(self._metres()) if self.unit in self.metres_in else None

    def _metres(self) -> Decimal:
        return EXACT.multiply(self.number, self.metres_in[self.unit])


class Mass(Quantity):
    """Body mass: 20 to 300 kg, written in kg or lb.

    >>> round(Mass("154 lb").kilograms, 1)
    69.9
    """

    __slots__ = ()

    pattern = rf"({NUMBER}) ?(kg|lb)"
    examples = ("70 kg", "154 lb")
    _KG_PER_LB: ClassVar[Decimal] = Decimal("0.45359237")

    def _read(self, match: re.Match[str]) -> tuple[Decimal, str]:
        return number(match[1]), match[2]

    def _check(self) -> None:
        if not 20 <= self.kilograms <= 300:
            raise ValueError(f"{self}: a body mass is 20 to 300 kg (44.1 to 661 lb)")

    def __str__(self) -> str:
        return f"{self.number:f} {self.unit}"

    @property
    def kilograms(self) -> float:
        """Kilograms."""
        return float(self.number if self.unit == "kg" else EXACT.multiply(self.number, self._KG_PER_LB))


def _stepped(value: Decimal, increment: Decimal, *, down: bool) -> Decimal:
    steps = EXACT.divide(value, increment).to_integral_value(
        ROUND_FLOOR if down else ROUND_HALF_UP, context=EXACT
    )
    product = EXACT.multiply(steps, increment)
    return number(f"{product:f}")
