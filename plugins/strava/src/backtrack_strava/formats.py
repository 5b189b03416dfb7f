"""What Strava takes: files by the ends of their names, and its words for sports."""

from __future__ import annotations

SUFFIXES = (".fit", ".fit.gz", ".tcx", ".tcx.gz", ".gpx", ".gpx.gz")

SPORTS = (
    *("AlpineSki", "BackcountrySki", "Badminton", "Basketball", "Canoeing", "Cricket", "Crossfit", "Dance"),
    *("EBikeRide", "Elliptical", "EMountainBikeRide", "Golf", "GravelRide", "Handcycle"),
    *("HighIntensityIntervalTraining", "Hike", "IceSkate", "InlineSkate", "Kayaking", "Kitesurf"),
    *("MountainBikeRide", "NordicSki", "Padel", "PhysicalTherapy", "Pickleball", "Pilates", "Racquetball"),
    *("Ride", "RockClimbing", "RollerSki", "Rowing", "Run", "Sail", "Skateboard", "Snowboard", "Snowshoe"),
    *("Soccer", "Squash", "StairStepper", "StandUpPaddling", "Surfing", "Swim", "TableTennis", "Tennis"),
    *("TrailRun", "Velomobile", "VirtualRide", "VirtualRow", "VirtualRun", "Volleyball", "Walk"),
    *("WeightTraining", "Wheelchair", "Windsurf", "Workout", "Yoga"),
)
"""As stravalib has them, in its order; a test holds them to it. There is none for going backward."""
