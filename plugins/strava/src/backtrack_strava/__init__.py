"""Strava for backtrack-plugins: the title and description of an activity, as text to paste."""
