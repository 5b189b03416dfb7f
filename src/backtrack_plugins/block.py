"""The block that an annotation is in a description: found, put in, replaced, taken out."""

from __future__ import annotations


def block_in(description: str) -> str | None:
    """The block of ours that stands in a description; None when there is none."""
    raise NotImplementedError


def merge_block(description: str, block: str, *, overwrite: bool = False) -> str:
    """The description with the block in it: in place of the one that is there, or at the end."""
    raise NotImplementedError


def remove_block(description: str, *, overwrite: bool = False) -> str:
    """The description without the block, as it was before."""
    raise NotImplementedError
