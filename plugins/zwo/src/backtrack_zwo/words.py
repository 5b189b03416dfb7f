"""Words by which steps that were put into somebody's file are known again."""

from __future__ import annotations

ADDED_SENTENCE = "Backward or sideways steps were put into this workout by backtrack-plugins."
"""With it begins what is added to somebody's description."""

CONTINUED = "Continued: "
"""With it and the line begins the text of a step's second element, for which the belt speeds up."""
