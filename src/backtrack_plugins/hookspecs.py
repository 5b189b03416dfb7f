"""The hooks a plugin may implement.

A plugin is a module (or object) named by an entry point. Its name is the name of the format it
offers, so that listing formats imports no plugin and asking for one imports that one alone::

    [project.entry-points."backtrack_plugins.exporters"]
    my-watch = "backtrack_my_watch.plugin"
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backtrack_plugins.exporter import Exporter
    from backtrack_plugins.importer import Importer

PROJECT = "backtrack_plugins"

HOOK_API = 0
"""0 while the first plugins teach us what is needed; from 1 on, hooks only gain."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a function of a plugin as the implementation of a hook."""


@hookspec
def backtrack_exporters() -> Iterable[Exporter]:
    """Offer export formats; entry-point group ``backtrack_plugins.exporters``.

    Example::

        from backtrack_plugins import Exporter, hookimpl


        @hookimpl
        def backtrack_exporters():
            watch = Exporter(
                name="my-watch", summary="My watch", suffix=".mw", media_type="text/plain", export=to_mw
            )
            return [watch]
    """
    raise NotImplementedError


@hookspec
def backtrack_importers() -> Iterable[Importer]:
    """Offer formats that can be read; entry-point group ``backtrack_plugins.importers``.

    Example::

        from backtrack_plugins import Importer, hookimpl


        @hookimpl
        def backtrack_importers():
            watch = Importer(name="my-watch", summary="My watch", suffix=".mw", recognise=is_mw, read=from_mw)
            return [watch]
    """
    raise NotImplementedError
