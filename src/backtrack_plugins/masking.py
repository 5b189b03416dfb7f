"""Nothing secret in what is said: known secrets, and what looks like one, are masked in errors and logs."""

from __future__ import annotations

import contextlib
import logging
import re
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MASK = "***"
"""Stands where a secret was."""

_LOOKS_SECRET = (
    (re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"), MASK),
    (re.compile(r"\beyJ[\w-]{8,}(?:\.[\w-]*){0,2}"), MASK),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{4,}"), rf"\1 {MASK}"),
    (
        re.compile(
            r"(?i)([\"']?\b\w*(?:password|token|secret|ticket|signature|username)\b[\"']?\s*[:=]\s*)"
            r"(?:\"[^\"]*\"|'[^']*'|[^\s,;&}\"']+)"
        ),
        rf"\1{MASK}",
    ),
)

_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


class Masking(logging.Filter):
    """Masks what a plugin knows to be secret, and what looks like it, in texts and in others' logs.

    E-mail addresses, signed tokens, what follows ``Bearer`` and the values of fields with names such as
    ``access_token`` are masked unasked. Safe to use from several threads.

    Args:
        loggers: The first words of the names of loggers that other people's libraries write to.
        looks: More that looks secret.

    >>> masking = Masking()
    >>> masking.hide("s3cret")
    >>> masking.scrub("sent s3cret with access_token=abcdef")
    'sent *** with access_token=***'
    """

    def __init__(self, *, loggers: tuple[str, ...] = (), looks: Iterable[re.Pattern[str]] = ()) -> None:
        super().__init__()
        self._loggers = loggers
        self._looks = (*_LOOKS_SECRET, *((each, MASK) for each in looks))
        self._known: dict[str, int] = {}
        self._lock = threading.Lock()

    def hide(self, *texts: str | None) -> None:
        """Mask these texts from now on; what is shorter than four characters is no secret."""
        with self._lock:
            for text in texts:
                if text and len(text) > 3:
                    self._known[text] = self._known.get(text, 0) + 1

    @contextlib.contextmanager
    def hidden(self, *texts: str) -> Iterator[None]:
        """Mask these texts for a while, and forget them then."""
        self.hide(*texts)
        try:
            yield
        finally:
            with self._lock:
                for text in texts:
                    if self._known.get(text, 0) > 1:
                        self._known[text] -= 1
                    else:
                        self._known.pop(text, None)

    def scrub(self, text: str) -> str:
        """The text with every secret masked."""
        with self._lock:
            known = sorted(self._known, key=len, reverse=True)
        for secret in known:
            text = text.replace(secret, MASK).replace(_quoted(secret), MASK)
        for looks, mask in self._looks:
            text = looks.sub(mask, text)
        return text

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask what is logged; it is no text until then, and an error's trace may quote an answer."""
        record.msg, record.args = self.scrub(record.getMessage()), ()
        record.exc_info = record.exc_text = None
        return True

    def mask_logs(self) -> None:
        """Mask secrets in the logs of the libraries named; call it once they are imported."""
        for name in list(logging.root.manager.loggerDict):
            if name.startswith(self._loggers):  # a filter does not count for the loggers below
                logging.getLogger(name).addFilter(self)


def _quoted(text: str) -> str:
    """As it stands in an address."""
    return "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in text.encode())
