"""Quantities: what can be read, what is refused and how it is said, and that nothing bends the arithmetic."""

from __future__ import annotations

import copy
import decimal
import pickle
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtrack_plugins.testing.strategies import amounts, inclines, speeds
from backtrack_plugins.units import (
    Amount,
    Incline,
    Limit,
    Mass,
    Quantity,
    Speed,
    clock_of,
    number,
    seconds_of,
)

promise = settings(deadline=None, derandomize=True)

READ = [
    (Amount, "1:00", "1:00"),
    (Amount, "01:00", "1:00"),
    (Amount, "1:05:00", "1:05:00"),
    (Amount, "90:00", "1:30:00"),
    (Amount, "24:00:00", "24:00:00"),
    (Amount, "90s", "1:30"),
    (Amount, "90 seconds", "1:30"),
    (Amount, "5min", "5:00"),
    (Amount, "5 min", "5:00"),
    (Amount, "1.5 min", "1:30"),
    (Amount, "1h", "1:00:00"),
    (Amount, "0.25 h", "15:00"),
    (Amount, "400 m", "400 m"),
    (Amount, "400m", "400 m"),
    (Amount, "100m", "100 m"),
    (Amount, "5 m", "5 m"),
    (Amount, "1.5 km", "1.5 km"),
    (Amount, "1.50km", "1.5 km"),
    (Amount, "300 km", "300 km"),
    (Amount, "0.25 mi", "0.25 mi"),
    (Amount, "lap", "lap"),
    (Speed, "2.4 km/h", "2.4 km/h"),
    (Speed, "2.4kph", "2.4 km/h"),
    (Speed, "2.4 kmh", "2.4 km/h"),
    (Speed, "02.40 km/h", "2.4 km/h"),
    (Speed, "0.0001 km/h", "0.0001 km/h"),
    (Speed, "45 km/h", "45 km/h"),
    (Speed, "1.5 mph", "1.5 mph"),
    (Speed, "0.67 m/s", "0.67 m/s"),
    (Speed, "6:00/km", "6:00/km"),
    (Speed, "6:00 /km", "6:00/km"),
    (Speed, "1:20/km", "1:20/km"),
    (Speed, "62:30/km", "62:30/km"),
    (Speed, "9:40/mi", "9:40/mi"),
    (Speed, "100:00/mi", "100:00/mi"),
    (Incline, "2%", "2%"),
    (Incline, "2 %", "2%"),
    (Incline, "+2.50%", "2.5%"),
    (Incline, "-3%", "-3%"),
    (Incline, "-0%", "0%"),
    (Incline, "40%", "40%"),
    (Mass, "70 kg", "70 kg"),
    (Mass, "154lb", "154 lb"),
]

REFUSED = [
    (Amount, "5m", "minutes or metres"),
    (Amount, "99.9m", "minutes or metres"),
    (Amount, "0:00", "above zero"),
    (Amount, "0 s", "above zero"),
    (Amount, "0 m", "above zero"),
    (Amount, "0m", "above zero"),
    (Amount, "-5m", "above zero"),
    (Amount, "-5 s", "above zero"),
    (Amount, "-400 m", "above zero"),
    (Amount, "1:60", "did you mean 2:00"),
    (Amount, "1:60:00", "did you mean 2:00:00"),
    (Amount, "0.5 s", "whole seconds"),
    (Amount, "24:00:01", "24 hours"),
    (Amount, "999999 h", "24 hours"),
    (Amount, "300.0001 km", "300 km"),
    (Amount, "187 mi", "300 km"),
    (Amount, "5", "1:00"),
    (Amount, "1:5", "1:00"),
    (Amount, "five minutes", "1:00"),
    (Amount, "\u0661:\u0660\u0660", "1:00"),
    (Amount, "1:00\n", "1:00"),
    (Amount, "", "1:00"),
    (Speed, "0 km/h", "above zero"),
    (Speed, "0:00/km", "above zero"),
    (Speed, "-2.4 km/h", "above zero"),
    (Speed, "900 km/h", "45 km/h"),
    (Speed, "45.0001 km/h", "45 km/h"),
    (Speed, "28 mph", "45 km/h"),
    (Speed, "12.6 m/s", "45 km/h"),
    (Speed, "1:19/km", "45 km/h"),
    (Speed, "2,4 km/h", "2.4"),
    (Speed, "1.2.3 km/h", "number"),
    (Speed, "1.23456 km/h", "four after"),
    (Speed, "1234567 km/h", "six digits"),
    (Speed, "2. km/h", "number"),
    (Speed, "6:60/km", "did you mean 7:00"),
    (Speed, "nan km/h", "2.4 km/h"),
    (Speed, "inf km/h", "2.4 km/h"),
    (Speed, "1e1 km/h", "2.4 km/h"),
    (Speed, "\u0662.\u0664 km/h", "2.4 km/h"),
    (Incline, "40.0001%", "-40% to 40%"),
    (Incline, "-41%", "-40% to 40%"),
    (Incline, "2", "2%"),
    (Mass, "19.9 kg", "20 to 300 kg"),
    (Mass, "301 kg", "20 to 300 kg"),
    (Mass, "70", "70 kg"),
]

LIMITS = [
    ("1.6", "1.0"),
    ("2.4", "1.5"),
    ("3.2", "2.0"),
    ("4.0", "2.5"),
    ("4.8", "3.0"),
    ("5.0", "3.1"),
    ("5.8", "3.6"),
    ("6.0", "3.7"),
    ("6.4", "4.0"),
    ("6.5", "4.0"),
    ("8.0", "5.0"),
    ("9.7", "6.0"),
]


@pytest.mark.parametrize(("kind", "text", "canonical"), READ)
def test_is_written_canonically_in_the_unit_it_was_written_in(kind, text, canonical):
    assert str(kind(text)) == canonical
    assert kind(canonical) == kind(text)


@pytest.mark.parametrize(("kind", "text", "said"), REFUSED)
def test_is_refused_with_a_sentence_that_says_what_is_wrong(kind, text, said):
    with pytest.raises(ValueError, match=r".") as refusal:
        kind(text)
    assert said in str(refusal.value)


@pytest.mark.parametrize("kind", [Amount, Speed, Incline, Mass])
@pytest.mark.parametrize("value", [5, 2.4, None, b"1:00", Decimal(5)])
def test_is_made_from_text_alone(kind, value):
    with pytest.raises(TypeError, match="is made from text such as"):
        kind(value)


@pytest.mark.parametrize("kind", [Amount, Speed, Incline, Mass])
@pytest.mark.parametrize("text", ["1" * 100_000, "x" * 100_000, "1" * 100_000 + " km/h"])
def test_a_text_of_any_length_is_refused_in_a_short_message(kind, text):
    with pytest.raises(ValueError, match=r".") as refusal:
        kind(text)
    assert len(str(refusal.value)) < 300


@promise
@given(st.one_of(speeds(), amounts(), inclines()))
def test_what_is_written_reads_back_equal(quantity):
    again = type(quantity)(str(quantity))
    assert again == quantity
    assert str(again) == str(quantity)
    assert hash(again) == hash(quantity)


@promise
@given(st.decimals("20", "300", places=1), st.sampled_from(["kg", "lb"]))
def test_a_mass_reads_back_equal_in_its_unit(value, unit):
    text = f"{value:f} {unit}"
    if unit == "lb" and not Decimal("44.1") <= value <= Decimal("661.3"):
        return
    assert Mass(str(Mass(text))) == Mass(text)
    assert Mass(text).unit == unit


@promise
@given(st.sampled_from([Amount, Speed, Incline, Mass]), st.text(max_size=30))
def test_any_other_text_raises_nothing_but_value_error(kind, text):
    try:
        made = kind(text)
    except ValueError:
        return
    assert kind(str(made)) == made


@pytest.mark.parametrize("quantity", [Speed("1.5 mph"), Amount("lap"), Incline("2%"), Mass("70 kg")])
def test_cannot_be_changed_and_survives_copying(quantity: Quantity):
    with pytest.raises(AttributeError, match="cannot be changed"):
        quantity.number = Decimal(3)
    with pytest.raises(AttributeError, match="cannot be changed"):
        del quantity.unit
    assert pickle.loads(pickle.dumps(quantity)) == quantity
    assert copy.deepcopy(quantity) == quantity
    assert eval(repr(quantity)) == quantity


def test_quantities_of_different_units_differ_though_they_are_one_speed():
    assert Speed("10 km/h") != Speed("6:00/km")
    assert Speed("10 km/h").same_as(Speed("6:00/km"))
    assert Amount("1 km") != Amount("1000 m")
    assert Speed("2 m/s") != Incline("2%")


@pytest.mark.parametrize(
    ("text", "metres_per_second"),
    [
        ("3.6 km/h", 1.0),
        ("1.5 mph", 0.67056),
        ("0.67 m/s", 0.67),
        ("6:00/km", 1000 / 360),
        ("9:40/mi", 1609.344 / 580),
    ],
)
def test_a_speed_in_si(text, metres_per_second):
    assert Speed(text).metres_per_second == pytest.approx(metres_per_second, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "seconds", "metres"),
    [
        ("1:05:00", 3900, None),
        ("400 m", None, 400.0),
        ("1.5 km", None, 1500.0),
        ("0.25 mi", None, 402.336),
        ("lap", None, None),
    ],
)
def test_an_amount_in_si_is_a_time_or_a_distance_or_neither(text, seconds, metres):
    amount = Amount(text)
    assert (amount.seconds, amount.metres) == (seconds, metres)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("10 km/h", "6:00/km", True),
        ("2.4 km/h", "1.5 mph", False),
        ("8 km/h", "8.0079 km/h", True),
        ("8 km/h", "8.009 km/h", False),
        ("0.6667 m/s", "2.4 km/h", True),
    ],
)
def test_two_speeds_are_the_same_within_a_thousandth(one, other, same):
    assert Speed(one).same_as(Speed(other)) is same
    assert Speed(other).same_as(Speed(one)) is same


@pytest.mark.parametrize(("kmh", "mph"), LIMITS)
def test_a_limit_is_inclusive_in_each_of_its_units(kmh, mph):
    limit = Limit.of(kmh, mph)
    for bound, unit in ((kmh, "km/h"), (mph, "mph")):
        assert not Speed(f"{bound} {unit}").exceeds(limit)
        assert not Speed(f"{Decimal(bound) - Decimal('0.0001')} {unit}").exceeds(limit)
        assert Speed(f"{Decimal(bound) + Decimal('0.0001')} {unit}").exceeds(limit)


@pytest.mark.parametrize(("kmh", "mph"), LIMITS)
def test_a_pace_is_held_against_the_limit_of_its_own_system(kmh, mph):
    limit = Limit.of(kmh, mph)
    for bound, per in ((kmh, "km"), (mph, "mi")):
        whole, rest = divmod(Decimal(3600), Decimal(bound))
        slowest_over = int(whole) - (1 if rest == 0 else 0)
        assert not _pace(slowest_over + 1, per).exceeds(limit)
        assert _pace(slowest_over, per).exceeds(limit)


@pytest.mark.parametrize(("kmh", "mph"), LIMITS)
def test_metres_per_second_are_held_against_the_metric_limit(kmh, mph):
    limit = Limit.of(kmh, mph)
    below = (Decimal(kmh) / Decimal("3.6")).quantize(Decimal("0.0001"), decimal.ROUND_FLOOR)
    assert not Speed(f"{below} m/s").exceeds(limit)
    assert Speed(f"{below + Decimal('0.0001')} m/s").exceeds(limit)


def _pace(seconds: int, per: str) -> Speed:
    return Speed(f"{seconds // 60}:{seconds % 60:02}/{per}")


@promise
@given(speeds("0.9", "20"), st.sampled_from(["0.1 km/h", "0.5 km/h", "0.1 mph", "0.05 m/s"]))
def test_stepping_down_never_raises_a_speed_and_stays_within_one_increment(speed, increment):
    step = Speed(increment)
    down = speed.stepped(step, down=True)
    assert down.unit == step.unit
    assert down.number % step.number == 0
    assert down.kmh <= speed.kmh < down.kmh + step.kmh + Decimal("1e-12")


@promise
@given(speeds("0.9", "20"), st.sampled_from(["0.1 km/h", "0.5 km/h", "0.1 mph", "0.05 m/s"]))
def test_stepping_takes_the_nearest_multiple(speed, increment):
    step = Speed(increment)
    nearest = speed.stepped(step, down=False)
    assert nearest.number % step.number == 0
    assert abs(nearest.kmh - speed.kmh) <= step.kmh / 2 + Decimal("1e-12")


@pytest.mark.parametrize("down", [True, False])
def test_stepping_is_exact_where_the_speed_is_a_multiple_already(down):
    for tenths in range(1, 200):
        for unit in ("km/h", "mph"):
            speed = Speed(f"{Decimal(tenths) / 10} {unit}")
            assert speed.stepped(Speed(f"0.1 {unit}"), down=down) == speed


def test_stepping_below_the_first_increment_is_refused_rather_than_stopped():
    with pytest.raises(ValueError, match="above zero"):
        Speed("0.4 km/h").stepped(Speed("0.5 km/h"), down=True)


@pytest.mark.parametrize(
    ("incline", "down", "expected"),
    [("1.3%", True, "1%"), ("1.3%", False, "1.5%"), ("-1.3%", True, "-1.5%"), ("2.5%", True, "2.5%")],
)
def test_an_incline_steps_like_a_speed(incline, down, expected):
    assert Incline(incline).stepped(Incline("0.5%"), down=down) == Incline(expected)


@promise
@given(st.integers(0, 24 * 3600))
def test_a_clock_reads_back_as_its_seconds(seconds):
    assert seconds_of(clock_of(seconds)) == seconds


@pytest.mark.parametrize("text", ["1.23456", "1234567", "1.", ".5", "", "1e3", "0x1", "1_0", " 1", "\u0665"])
def test_what_is_no_number_of_the_grammar_is_refused(text):
    with pytest.raises(ValueError, match=r"number|digits"):
        number(text)


def _computed() -> list[str]:
    """Everything the module computes, from texts, as texts."""
    found = []
    for kind, text, _ in READ:
        quantity = kind(text)
        found.append(repr(quantity))
        if isinstance(quantity, Speed):
            found.append(f"{quantity.kmh} {quantity.metres_per_second}")
            found += [str(quantity.exceeds(Limit.of(kmh, mph))) for kmh, mph in LIMITS]
            for increment in ("0.1 km/h", "0.1 mph", "0.01 m/s"):
                for down in (True, False):
                    try:
                        found.append(str(quantity.stepped(Speed(increment), down=down)))
                    except ValueError as refusal:
                        found.append(str(refusal))
        elif isinstance(quantity, Incline):
            found.append(f"{quantity.percent} {quantity.stepped(Incline('0.5%'), down=True)}")
        elif isinstance(quantity, Amount):
            found.append(f"{quantity.seconds} {quantity.metres}")
        else:
            found.append(f"{quantity.kilograms}")
    for kind, text, _ in REFUSED:
        with pytest.raises(ValueError, match=r".") as refusal:
            kind(text)
        found.append(str(refusal.value))
    return found


@pytest.mark.parametrize(
    "host",
    [
        decimal.Context(prec=1, rounding=decimal.ROUND_DOWN),
        decimal.Context(prec=2, rounding=decimal.ROUND_CEILING, Emax=1, Emin=-1),
        decimal.Context(prec=1, traps=[decimal.Inexact, decimal.Rounded, decimal.FloatOperation]),
    ],
    ids=["prec=1", "Emax=1", "traps"],
)
def test_the_decimal_context_of_the_host_application_changes_nothing(host):
    expected = _computed()
    with decimal.localcontext(host):
        found = _computed()
    assert found == expected


@pytest.mark.parametrize(
    ("amount", "unit"),
    [(Decimal("2.12345"), "km/h"), (Decimal(600), "kmh"), (Decimal("90.5"), "/km"), (Decimal("NaN"), "km/h")],
)
def test_what_could_not_be_written_and_read_back_is_not_made(amount, unit):
    with pytest.raises((ValueError, ArithmeticError)):
        Speed.of(amount, unit)


def test_a_quantity_is_made_of_a_decimal():
    with pytest.raises(TypeError, match="Decimal"):
        Speed.of(2.4, "km/h")
