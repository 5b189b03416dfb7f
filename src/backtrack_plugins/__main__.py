"""``python -m backtrack_plugins`` is ``backtrack``."""

import sys

from backtrack_plugins.cli import main

sys.exit(main())
