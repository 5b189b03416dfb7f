"""Garmin Connect, by the ways that its own app and web page use: nobody has promised that they stay.

`client` says what every client can do and opens the one that somebody is signed in with; `garth_client`
and `garminconnect_client` do it by other people's libraries, which are imported with the first request.
`sessions` keeps sessions, `signing_in` makes them, and `stand_in` is a Connect on this machine.
"""
