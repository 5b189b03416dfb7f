"""Instead of a browser: hands the address to the test that listens. ``python hand_over.py PORT ADDRESS``."""

from __future__ import annotations

import socket
import sys

with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as connection:
    connection.sendall(sys.argv[2].encode())
