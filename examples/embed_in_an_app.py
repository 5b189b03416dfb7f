"""One workout for a watch, from inside an app: python examples/embed_in_an_app.py [FOLDER]."""

import sys
import tempfile

import backtrack_plugins as bt

folder = sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp()
athlete = bt.read_athlete("examples/athlete.toml")
workout = bt.read("examples/workouts/after-intervals-reset.backtrack")
try:
    artifact = bt.export(workout, "garmin-fit", athlete)
except bt.UnsafeWorkout as refusal:
    for problem in refusal.problems:
        print(problem.where, problem.message, problem.hint, sep="; ")
    sys.exit(refusal.exit_code)
for loss in artifact.losses:
    print("lost:", loss)
print("written:", artifact.write(folder))
