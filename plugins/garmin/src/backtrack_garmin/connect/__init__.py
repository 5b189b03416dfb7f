"""Garmin Connect: workouts as its workout service keeps them, and what goes there and comes back.

No page of Garmin describes this service; what is known of it was seen by others, and each fact names them.
"""
