"""The authored document: a Workout of Steps, Straddles and Repeats.

All types are frozen and keyword-only and check themselves when made, so that a Workout in hand is
one that can be written down as a page and read back equal.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Union, get_args

import msgspec
from msgspec import Meta

from backtrack_plugins.units import Amount, Incline, Speed, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Check = Callable[[object], None]

Direction = Literal["forward", "backward", "left", "right"]
"""Which way the athlete moves relative to where they face; left and right name the leading side."""
Gait = Literal["walk", "jog", "run"]
Rail = Literal["grip", "light", "free"]
"""What the hands do: grip the handrail, touch it lightly, or hang free."""
Level = Literal["first-timer", "beginner", "intermediate", "advanced"]

DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
GAITS: tuple[Gait, ...] = get_args(Gait)
RAILS: tuple[Rail, ...] = get_args(Rail)
LEVELS: tuple[Level, ...] = get_args(Level)

EFFORTS = ("easy", "hard", *(f"rpe {rating}" for rating in range(6, 21)))
"""``easy``, ``hard``, or a rating of perceived exertion on Borg's 6 to 20 scale."""

NAME_CHARACTERS = 80
NAME_BYTES = 120
ABOUT_BYTES = 100
CUE_CHARACTERS = 120
CUE_BYTES = 160
DEEPEST_REPEAT = 8
MOST_TIMES = 999_999
MOST_SEGMENTS = 10_000

CueText = Annotated[str, Meta(min_length=1, max_length=CUE_CHARACTERS)]

FLAT = Incline("0%")

# Control, surrogate, line and paragraph separators, and the marks that reorder text on a screen.
_UNPRINTABLE_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
_REORDERING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def unprintable(text: str) -> str | None:
    """The first character that may not stand in a name, an about or a cue; None when all may."""
    if text.isascii() and text.isprintable():
        return None
    for character in text:
        if unicodedata.category(character) in _UNPRINTABLE_CATEGORIES or character in _REORDERING:
            return character
    return None


def _refuse_unprintable(text: str, part: str) -> None:
    found = unprintable(text)
    if found is not None:
        raise ValueError(f"a {part} has no control characters; U+{ord(found):04X} stands in this one")


def check_cue(cue: str) -> None:
    """Raise ValueError unless the text can be a cue: 1 to 120 characters, 160 UTF-8 bytes, no controls."""
    if not cue:
        raise ValueError("a cue is a sentence; leave the quotes out when there is none")
    _refuse_unprintable(cue, "cue")
    if len(cue) > CUE_CHARACTERS or len(cue.encode()) > CUE_BYTES:
        raise ValueError(
            f"a cue is at most {CUE_CHARACTERS} characters and {CUE_BYTES} bytes; "
            f"this one is {len(cue)} and {len(cue.encode())}"
        )


def check_name(name: str) -> None:
    """Raise ValueError unless the text can be a workout's name."""
    if not name or name != name.strip():
        raise ValueError("a name is not empty and has no spaces around it")
    _refuse_unprintable(name, "name")
    if len(name) > NAME_CHARACTERS or len(name.encode()) > NAME_BYTES:
        raise ValueError(
            f"a name is at most {NAME_CHARACTERS} characters and {NAME_BYTES} bytes; "
            f"this one is {len(name)} and {len(name.encode())}"
        )
    for forbidden in ("/", "\\", ".."):
        if forbidden in name:
            raise ValueError(f"a name has no {forbidden} in it: files and folders may be named after it")


def check_about(about: str) -> None:
    """Raise ValueError unless the text can be a workout's about: at most 100 UTF-8 bytes, one line."""
    if about != about.strip():
        raise ValueError("an about has no spaces around it")
    _refuse_unprintable(about, "about")
    if len(about.encode()) > ABOUT_BYTES:
        raise ValueError(f"an about is at most {ABOUT_BYTES} bytes; this one is {len(about.encode())}")


def _of(expected: type) -> Check:
    def check(value: object) -> None:
        if not isinstance(value, expected):
            example = getattr(expected, "examples", ("",))[0]
            raise TypeError(f"it is made with {expected.__name__}({example!r}), not {_said(type(value))}")

    return check


def _said(kind: type) -> str:
    known = {str: "a text", int: "a whole number", float: "a number", list: "a list", dict: "an object"}
    return known.get(kind, "nothing" if kind is type(None) else f"a {kind.__name__}")


def _one_of(choices: Sequence[str], part: str) -> Check:
    written = "easy, hard or rpe 6 to rpe 20" if part == "effort" else ", ".join(choices)

    def check(value: object) -> None:
        if not isinstance(value, str) or value not in choices:
            found = repr(shown(value)) if isinstance(value, str) else _said(type(value))
            raise ValueError(f"{found} is no {part}; write {written}")

    return check


def _text(check_text: Callable[[str], None]) -> Check:
    def check(value: object) -> None:
        if not isinstance(value, str):
            raise TypeError(f"it is a text, not {_said(type(value))}")
        check_text(value)

    return check


def _or_none(check: Check) -> Check:
    def check_unless_none(value: object) -> None:
        if value is not None:
            check(value)

    return check_unless_none


def _check_straddle_amount(value: object) -> None:
    _of(Amount)(value)
    if isinstance(value, Amount) and value.seconds is None:
        raise ValueError(f"a straddle lasts a time, such as 0:30, not {value}")


def _check_times(value: object) -> None:
    if type(value) is not int or not 1 <= value <= MOST_TIMES:
        found = value if type(value) is int and abs(value) < 10**12 else _said(type(value))
        raise ValueError(f"a repeat is done 1 to {MOST_TIMES} times, not {found}")


STEP_CHECKS: dict[str, Check] = {
    "amount": _of(Amount),
    "direction": _one_of(DIRECTIONS, "direction"),
    "gait": _one_of(GAITS, "gait"),
    "speed": _of(Speed),
    "incline": _of(Incline),
    "rail": _or_none(_one_of(RAILS, "rail")),
    "effort": _or_none(_one_of(EFFORTS, "effort")),
    "cue": _or_none(_text(check_cue)),
}
STRADDLE_CHECKS: dict[str, Check] = {
    "amount": _check_straddle_amount,
    "cue": _or_none(_text(check_cue)),
}
REPEAT_CHECKS: dict[str, Check] = {"times": _check_times}
WORKOUT_CHECKS: dict[str, Check] = {
    "name": _text(check_name),
    "level": _or_none(_one_of(LEVELS, "level")),
    "about": _text(check_about),
}
"""What each field must be: raises ValueError or TypeError with a sentence that does not name it."""


def _check_fields(struct: msgspec.Struct, checks: dict[str, Check]) -> None:
    field = ""
    try:
        for field, check in checks.items():
            check(getattr(struct, field))
    except (ValueError, TypeError) as error:
        raise type(error)(f"{field}: {error}") from None


class Step(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="step", forbid_unknown_fields=True
):
    """One step on a moving belt.

    Attributes:
        amount: How long: a time, a distance, or until the lap button.
        direction: Which way the athlete faces and moves.
        gait: Walk, jog or run.
        speed: Belt speed, whatever the direction.
        incline: Belt incline in percent of grade; facing away from the console, a positive one is
            backward uphill.
        rail: What the hands do. Required unless forward, where it is ``free`` when left out.
        effort: ``easy``, ``hard`` or ``rpe 6`` to ``rpe 20``.
        cue: A sentence to show, at most 120 characters and 160 UTF-8 bytes.

    Raises:
        ValueError: when a part cannot be, or `rail` is missing on a step that is not forward.
        TypeError: when a quantity is given as something else.

    >>> Step(amount=Amount("1:00"), direction="forward", gait="walk", speed=Speed("5 km/h")).rail
    'free'
    """

    amount: Amount
    direction: Direction
    gait: Gait
    speed: Speed
    incline: Incline = msgspec.field(default_factory=lambda: FLAT)
    rail: Rail | None = None
    effort: Annotated[str, Meta(pattern="^(easy|hard|rpe ([6-9]|1[0-9]|20))$")] | None = None
    cue: CueText | None = None

    def __post_init__(self) -> None:
        if not _is_right_at_a_glance(self):
            _check_fields(self, STEP_CHECKS)
        elif self.cue is not None:
            _check_fields(self, _CUE_CHECK)
        if self.rail is None:
            if self.direction != "forward":
                raise ValueError(
                    f"a {self.direction} step says what the hands do: rail is grip, light or free"
                )
            msgspec.structs.force_setattr(self, "rail", "free")


_CUE_CHECK = {"cue": STEP_CHECKS["cue"]}


def _is_right_at_a_glance(step: Step) -> bool:
    """Whether all but the cue is what it is in most steps; a file may have thousands of them."""
    return (
        step.rail is None
        and step.effort is None
        and type(step.amount) is Amount
        and type(step.speed) is Speed
        and type(step.incline) is Incline
        and type(step.direction) is str
        and type(step.gait) is str
        and step.direction in DIRECTIONS
        and step.gait in GAITS
    )


class Straddle(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="straddle", forbid_unknown_fields=True
):
    """Feet on the side rails, both hands on the handrails, the belt not carrying you.

    Only here does an athlete turn round, or change speed or incline while facing away from the
    console. It has neither speed nor rail.

    Attributes:
        amount: A time.
        cue: A sentence to show.
    """

    amount: Amount
    cue: CueText | None = None

    def __post_init__(self) -> None:
        _check_fields(self, STRADDLE_CHECKS)

    @property
    def seconds(self) -> int:
        """How long, in seconds."""
        return self.amount.seconds or 0


class Repeat(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="repeat", forbid_unknown_fields=True
):
    """Parts done several times over; repeats nest, at most eight deep.

    Attributes:
        times: How often, in all: 1 to 999,999.
        steps: What is repeated: at least one part.
    """

    times: Annotated[int, Meta(ge=1, le=MOST_TIMES)]
    steps: Annotated[tuple[Part, ...], Meta(min_length=1)]

    def __post_init__(self) -> None:
        _check_fields(self, REPEAT_CHECKS)
        _check_parts(self.steps, "a repeat")


Part = Union[Step, Straddle, Repeat]  # noqa: UP007 - Repeat refers to it before it is made
"""What a workout is made of."""


class Origin(NamedTuple):
    """Where a Workout was read: the file's name, and the line of each step and straddle from the top."""

    file: str | None
    lines: tuple[int, ...]


class Workout(msgspec.Struct, frozen=True, kw_only=True, dict=True, forbid_unknown_fields=True):
    r"""The authored document.

    Attributes:
        name: At most 80 characters and 120 UTF-8 bytes, on one line, without ``/``, ``\`` or ``..``.
        level: The level it was written for; used when no athlete is given.
        about: At most 100 UTF-8 bytes, on one line.
        steps: Its parts, in order; at least one.

    Raises:
        ValueError: when a part cannot be, when repeats nest more than eight deep, or when the
            workout unrolls to more than 10,000 segments.
    """

    name: Annotated[str, Meta(min_length=1, max_length=NAME_CHARACTERS)]
    level: Level | None = None
    about: Annotated[str, Meta(max_length=ABOUT_BYTES)] = ""
    steps: Annotated[tuple[Part, ...], Meta(min_length=1)]

    def __post_init__(self) -> None:
        _check_fields(self, WORKOUT_CHECKS)
        _check_parts(self.steps, "a workout")
        if depth(self.steps) > DEEPEST_REPEAT:
            raise ValueError(f"repeats nest at most {DEEPEST_REPEAT} deep")
        if segment_count(self.steps) > MOST_SEGMENTS:
            raise ValueError(f"a workout has at most {MOST_SEGMENTS} segments when its repeats are unrolled")

    @property
    def origin(self) -> Origin | None:
        """The file and lines it was read from, when it was; no part of what is compared or written."""
        found: Any = self.__dict__.get("origin_")
        return found if isinstance(found, Origin) else None

    @property
    def file(self) -> str | None:
        """The file it was read from, when it was."""
        return self.origin.file if self.origin is not None else None

    def with_origin(self, origin: Origin) -> Workout:
        """The same workout, remembering where it was read."""
        copy = msgspec.structs.replace(self)
        copy.__dict__["origin_"] = origin
        return copy

    def __reduce__(self) -> tuple[Any, ...]:
        # Pickled with its origin: in another process, too, a problem names its line and an artifact its file.
        return _unpickled, ({name: getattr(self, name) for name in self.__struct_fields__}, self.origin)


def _unpickled(fields: dict[str, Any], origin: Origin | None) -> Workout:
    workout = Workout(**fields)
    return workout if origin is None else workout.with_origin(origin)


CHECKS: dict[type[msgspec.Struct], dict[str, Check]] = {
    Step: STEP_CHECKS,
    Straddle: STRADDLE_CHECKS,
    Repeat: REPEAT_CHECKS,
    Workout: WORKOUT_CHECKS,
}
"""The checks of every part's fields."""


def _check_parts(parts: object, owner: str) -> None:
    if not isinstance(parts, tuple) or not parts:
        raise ValueError(f"{owner} has at least one step, in a tuple")
    for part in parts:
        if not isinstance(part, (Step, Straddle, Repeat)):
            raise TypeError(f"{owner} is made of Step, Straddle and Repeat, not {type(part).__name__}")


def depth(parts: Sequence[Part]) -> int:
    """How deep repeats nest: 0 without any."""
    return max((1 + depth(part.steps) for part in parts if isinstance(part, Repeat)), default=0)


def leaves(parts: Sequence[Part]) -> Iterator[Step | Straddle]:
    """Every step and straddle as it is written, in order."""
    for part in parts:
        if isinstance(part, Repeat):
            yield from leaves(part.steps)
        else:
            yield part


def written_steps(part: Part) -> int:
    """How many steps and straddles a part has as it is written."""
    return sum(map(written_steps, part.steps)) if isinstance(part, Repeat) else 1


def segment_count(parts: Sequence[Part]) -> int:
    """How many segments the parts unroll to, counted without unrolling."""
    return sum(part.times * segment_count(part.steps) if isinstance(part, Repeat) else 1 for part in parts)
