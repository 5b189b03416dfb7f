"""The conformance kit, which needs nothing but the core and this plugin."""

import base64

from backtrack_plugins.testing import RecordingSuite

SAMPLE = base64.b64decode(
    """
DiDiUk0BAAAuRklUCRNAAAAAAAMAAQABAoQEBIYABP8A6JxiRUEAABsAA/4ChAEBAAgkBwEAAAAwOjMwIGJhY2t3
YXJkIHdhbGsgMiBrbS9oIGdyaXAgcmFpbABCAAAUAAX9BIYFBIZJBIYDAQIEAQIC6JxiRQAAAAD0AQAAZCgC8pxi
RfQBAAD0AQAAbigC/JxiRegDAAD0AQAAeCgCBp1iRdwFAAD0AQAAgigCEJ1iRdAHAAD0AQAAjCgCGp1iRcQJAAD0
AQAAlihDAAATAAgCBIb9BIYHBIYIBIYJBIYPAQJHAoQYAQAD6JxiRQadYkUwdQAAMHUAANwFAABlAAABRAAAEwAG
AgSG/QSGBwSGCASGCQSGGAEABAadYkUknWJFMHUAADB1AADcBQAAB0UAABIABgIEhv0EhggEhgUBAAYBAAkEhgXo
nGJFJJ1iRWDqAAABAbgLAADh0g==
"""
)
"""A minute on a treadmill in two laps, as the official encoder wrote it; another test holds it to that."""


class TestFitfile(RecordingSuite):
    reader = "fitfile"
    files = {"a-minute.fit": SAMPLE}  # noqa: RUF012 - the suite declares it as a class variable
