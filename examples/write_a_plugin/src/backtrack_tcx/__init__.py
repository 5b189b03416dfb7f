"""Treadmill workouts that know which way you face, for tcx."""
