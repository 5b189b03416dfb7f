"""Workouts onto a watch that is connected by cable."""
