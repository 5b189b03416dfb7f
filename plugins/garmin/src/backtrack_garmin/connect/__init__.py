"""Garmin Connect: workouts as its workout service keeps them, and what goes there and comes back.

No page of Garmin describes this service; what is known of it was seen by others, and each fact names them.
What is sent is made by `payload`, and read back by `reading`; `comparing` says whether both mean the same.

`client` says what every client can do, and `opening` opens the one that somebody is signed in with;
`garth_client` and `garminconnect_client` do it by other people's libraries, which are imported with the
first request. `sessions` keeps sessions, `signing_in` makes them, and `stand_in` is a Connect on this
machine.

An account is brought up to date by `syncing`: `inventory` reads what it holds, `owning` says what of that is
ours, by `marks` and by what was written down, and `planning` what is to be done.
"""
