"""Garmin Connect: workouts as its workout service keeps them, and what goes there and comes back.

No page of Garmin describes this service; what is known of it was seen by others, and each fact names them.
`client` says what every client can do and opens the one that somebody is signed in with; `garth_client`
and `garminconnect_client` do it by other people's libraries, which are imported with the first request.
`sessions` keeps sessions, `signing_in` makes them, and `stand_in` is a Connect on this machine.
"""
