"""Nothing secret in what is said about Garmin Connect: masked in errors, and in the logs of the clients."""

from __future__ import annotations

import logging
import re

from backtrack_plugins import MASK, Masking

__all__ = ["MASK", "SECRET_FIELDS", "hidden", "hide", "mask_logs", "scrub"]

SECRET_FIELDS = frozenset(
    {
        "access_token",
        "di_refresh_token",
        "di_token",
        "jti",
        "mfa_token",
        "oauth_token",
        "oauth_token_secret",
        "refresh_token",
    }
)
"""Names of what is secret in saved sessions."""

_LOGGERS = ("curl_cffi", "garminconnect", "garth", "keyring", "oauthlib", "requests", "urllib3")
_SERVICE_TICKET = re.compile(r"\bST-[\w.-]+")


class _Masking(Masking):
    """Says less of what garminconnect warns of."""

    def filter(self, record: logging.LogRecord) -> bool:
        super().filter(record)
        if record.name.startswith("garminconnect") and record.levelno <= logging.WARNING:
            # It warns of each way to sign in that did not work before the one that did.
            record.levelno, record.levelname = logging.DEBUG, "DEBUG"
            return logging.getLogger(record.name).isEnabledFor(logging.DEBUG)
        return True


_MASKING = _Masking(loggers=_LOGGERS, looks=[_SERVICE_TICKET])

hide = _MASKING.hide
hidden = _MASKING.hidden
scrub = _MASKING.scrub
mask_logs = _MASKING.mask_logs
