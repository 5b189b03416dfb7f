"""Small workouts that between them use everything a workout can have; all pass the rules."""

from __future__ import annotations

from backtrack_plugins.athlete import Athlete, RaceTime, Treadmill

SAMPLES: dict[str, str] = {
    "forward-only": """\
name: Forward only

5:00 forward walk 4.5 km/h
20:00 forward jog 8 km/h easy
""",
    "first-timer": """\
name: First timer
level: first-timer
about: Slowly, and both hands on the rails.

5:00 forward walk 4.5 km/h
1:00 backward walk 1.6 km/h grip rail "small steps"
0:30 straddle
1:00 backward walk 1.6 km/h light rail
8:00 forward walk 4.5 km/h
""",
    "incline": """\
name: Uphill
level: intermediate

10:00 forward jog 8.5 km/h 1%
1:00 backward walk 2.4 km/h light rail
2:30 backward walk 3.2 km/h 3% hands free
3:00 forward walk 4.5 km/h rpe 9
""",
    "four-way-repeat": """\
name: Four ways, three times
level: advanced

5:00 forward walk 5.5 km/h
3x
  0:30 left walk 2 km/h light rail
  0:30 right walk 2 km/h light rail
  2:00 forward jog 8 km/h hard
  1:00 backward walk 3.2 km/h hands free
3:00 forward walk 4.5 km/h
""",
    "nested-repeat": """\
name: Nested
level: intermediate

10:00 forward jog 8 km/h
2x
  3x
    1:00 forward run 12 km/h hard
    1:00 forward jog 8 km/h easy
  1:00 backward walk 2.4 km/h light rail
5:00 forward walk 4.5 km/h
""",
    "miles": """\
name: In miles
level: beginner

1 mi forward jog 9:40/mi
0.25 mi forward walk 3 mph
1:30 backward walk 1.5 mph light rail
5:00 forward walk 3 mph 0.5%
""",
    "distance": """\
name: By distance
level: intermediate

1.5 km forward jog 7:30/km
40 m backward walk 2.4 km/h light rail
400 m forward walk 1.25 m/s
""",
    "lap": """\
name: Until the lap button
level: beginner

lap forward walk 4.5 km/h
10:00 forward jog 8 km/h
1:00 backward walk 2 km/h light rail
lap forward walk 4.5 km/h "until you feel fresh"
""",
    "fitted": """\
name: Fitted to the treadmill
level: intermediate

10:00 forward jog 8.04 km/h 1.3%
1:00 backward walk 2.47 km/h light rail
2:00 backward walk 3.2 km/h 2.9% hands free
5:00 forward walk 3 mph
""",
}
"""Pages by name."""

SAMPLE_ATHLETE = Athlete(
    level="intermediate", race_paces=(RaceTime("5k", 1800), RaceTime("mile", 540)), treadmill=Treadmill()
)
"""Someone for whom every sample is safe."""

CAPABILITIES_PAGE = """\
name: What a format carries
level: intermediate

5:00 forward walk 5 km/h
3x
  400 m forward jog 8 km/h
  1:00 forward walk 5 km/h 1%
3:00 forward walk 4 km/h
1:00 backward walk 2 km/h light rail
3:00 forward walk 4 km/h
"""
"""Uses every capability once."""

MILES_PAGE = """\
name: Miles, nested
level: intermediate
about: Every unit of the other half of the world.

1 mi forward jog 9:40/mi
2x
  2x
    0.25 mi forward run 7:30/mi hard
    1:00 forward walk 3 mph 0.5%
  0:45 backward walk 1.5 mph light rail "count \\"three\\", not two"
0.25 mi forward walk 3 mph
"""
"""In miles, with nested repeats and a cue that wants escaping: what golden files are made of."""
