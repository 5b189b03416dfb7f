"""Garmin Connect: everything that speaks its language or talks to it."""
