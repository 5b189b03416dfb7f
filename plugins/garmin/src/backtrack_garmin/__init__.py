"""Workouts that know which way you face, as FIT workout files for a Garmin watch, and back.

`fit` writes the container: any FIT messages to bytes. `profile` is the table of the messages and
fields we use. `watch_plan` is what goes to a watch by whatever way: steps, notes, targets, limits.
`workout_file` turns an `ExportRequest` into messages, `reading` turns a file's bytes into a Workout,
and `plugin` offers both to backtrack-plugins. What is about Garmin Connect stands in `connect`.
"""
