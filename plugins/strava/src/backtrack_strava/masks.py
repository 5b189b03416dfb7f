"""Nothing secret in what is said about Strava: masked in errors, and in the logs of the libraries."""

from __future__ import annotations

import logging

from backtrack_plugins import Masking

_LOGGERS = ("keyring", "requests", "stravalib", "urllib3")


class _Masking(Masking):
    """Says less of what stravalib warns of: a sport that it does not know, for one."""

    def filter(self, record: logging.LogRecord) -> bool:
        super().filter(record)
        if record.name.startswith("stravalib") and record.levelno <= logging.WARNING:
            record.levelno, record.levelname = logging.DEBUG, "DEBUG"
            return logging.getLogger(record.name).isEnabledFor(logging.DEBUG)
        return True


_MASKING = _Masking(loggers=_LOGGERS)

hide = _MASKING.hide
hidden = _MASKING.hidden
scrub = _MASKING.scrub
mask_logs = _MASKING.mask_logs
