"""Nothing secret in what is said: known secrets, and what looks like one, are masked in errors and logs."""

from __future__ import annotations

import contextlib
import logging
import re
import threading
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

MASK = "***"
"""Stands where a secret was."""

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

_LOOKS_SECRET = (
    (re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"), MASK),
    (re.compile(r"\beyJ[\w-]{8,}(?:\.[\w-]*){0,2}"), MASK),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{4,}"), rf"\1 {MASK}"),
    (re.compile(r"\bST-[\w.-]+"), MASK),
    (
        re.compile(
            r"(?i)([\"']?\b\w*(?:password|token|secret|ticket|signature|username)\b[\"']?\s*[:=]\s*)"
            r"(?:\"[^\"]*\"|'[^']*'|[^\s,;&}\"']+)"
        ),
        rf"\1{MASK}",
    ),
)

_LOGGERS = ("curl_cffi", "garminconnect", "garth", "keyring", "oauthlib", "requests", "urllib3")

_known: dict[str, int] = {}
_lock = threading.Lock()


def hide(*secrets: str | None) -> None:
    """Mask these texts from now on; what is shorter than four characters is no secret."""
    with _lock:
        for secret in secrets:
            if secret and len(secret) > 3:
                _known[secret] = _known.get(secret, 0) + 1


@contextlib.contextmanager
def hidden(*secrets: str) -> Iterator[None]:
    """Mask these texts for a while, and forget them then."""
    hide(*secrets)
    try:
        yield
    finally:
        with _lock:
            for secret in secrets:
                if _known.get(secret, 0) > 1:
                    _known[secret] -= 1
                else:
                    _known.pop(secret, None)


def scrub(text: str) -> str:
    """The text with every secret masked."""
    with _lock:
        known = sorted(_known, key=len, reverse=True)
    for secret in known:
        text = text.replace(secret, MASK).replace(quote(secret, safe=""), MASK)
    for looks, mask in _LOOKS_SECRET:
        text = looks.sub(mask, text)
    return text


class _Masking(logging.Filter):
    """Masks secrets in what other people's libraries log."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = scrub(record.getMessage()), ()
        record.exc_info = record.exc_text = None  # which may quote an answer
        if record.name.startswith("garminconnect") and record.levelno <= logging.WARNING:
            # It warns of each way to sign in that did not work before the one that did.
            record.levelno, record.levelname = logging.DEBUG, "DEBUG"
            return logging.getLogger(record.name).isEnabledFor(logging.DEBUG)
        return True


_MASKING = _Masking()


def mask_logs() -> None:
    """Mask secrets in the logs of the libraries that send requests; call it once they are imported."""
    for name in list(logging.root.manager.loggerDict):
        if name.startswith(_LOGGERS):  # a filter does not count for the loggers below
            logging.getLogger(name).addFilter(_MASKING)
