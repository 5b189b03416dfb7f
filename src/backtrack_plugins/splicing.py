"""Splicing: a block put into somebody's file, in the file's own format or in others."""

from __future__ import annotations
