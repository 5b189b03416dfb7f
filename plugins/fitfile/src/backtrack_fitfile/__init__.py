"""Recorded FIT files for backtrack-plugins: laps and samples of what was done."""
