"""Trying plugins out in another interpreter, whatever they do there."""

from __future__ import annotations

import sys

import pytest

from backtrack_plugins.calling import DISABLE, STRICT
from backtrack_plugins.kinds import KINDS
from backtrack_plugins.probing import probe
from backtrack_plugins.registry import Registry

HARMFUL = {
    "hangs": ("import time\nwhile True: time.sleep(1)", "did not finish within 1 s"),
    "leaves without a word": ("import os\nos._exit(7)", "ended Python (7)"),
    "crashes": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "ended Python (-9)"),
    "raises": ("raise RuntimeError('half installed')", "RuntimeError: half installed"),
    "exits": ("import sys; sys.exit('needs a licence')", "needs a licence"),
}


@pytest.mark.parametrize("how", HARMFUL)
def test_one_that_does_harm_is_named_and_stops_no_other(plugins, exporter_source, how: str) -> None:
    source, said = HARMFUL[how]
    for number, text in enumerate([exporter_source("a-watch"), source, source, exporter_source("d-watch")]):
        name = f"{'abcd'[number]}-watch"
        plugins.install(f"acme-{name}", text, exporters=(name,))
    found = probe(plugins.registry().rows(), seconds=1)
    assert [probed.row.state for probed in found] == ["installed", "broken", "broken", "installed"]
    for probed in found[1:3]:
        assert said in probed.row.reason
        assert (
            f"the exporter {probed.row.name} of {probed.row.distribution} 1.0 is broken" in probed.row.reason
        )
        assert f"{DISABLE}={probed.row.name}" in probed.row.reason
    assert not set(plugins.modules) & set(sys.modules)


def test_says_which_hooks_it_has_and_what_it_brings(plugins, exporter_source, importer_source) -> None:
    source = "import lxml.etree\n" + exporter_source("my-watch") + importer_source("my-watch")
    plugins.install("acme", source, exporters=("my-watch",), importers=("my-watch",))
    exporter, importer = probe(plugins.registry().rows())
    assert exporter.hooks == importer.hooks == ("backtrack_exporters", "backtrack_importers")
    assert "lxml" in exporter.brings
    assert "backtrack_plugins" not in exporter.brings
    assert importer.brings == ()


def test_says_how_long_it_took(plugins, exporter_source) -> None:
    plugins.install("slow", "import time\ntime.sleep(0.2)" + exporter_source("slow"), exporters=("slow",))
    plugins.install("zippy", exporter_source("zippy"), exporters=("zippy",))
    slow, zippy = probe(plugins.registry().rows())
    assert slow.seconds >= 0.2
    assert slow.is_slow
    assert zippy.seconds < slow.seconds


def test_what_is_not_to_be_imported_stays_as_it_is(plugins) -> None:
    raises = "raise RuntimeError('imported')"
    plugins.install("acme", raises, exporters=("my-watch",))
    plugins.install("vague", raises, exporters=("csv",))
    plugins.metadata("damaged", "[backtrack_plugins.exporters]\nx =\n")
    rows = plugins.registry({DISABLE: "my-watch"}).rows()
    found = probe(rows)
    assert [probed.row for probed in found] == rows
    assert {row.state for row in rows} == {"disabled", "reserved", "damaged"}


def test_what_it_prints_is_nobodys_concern(
    plugins, exporter_source, capfd: pytest.CaptureFixture[str]
) -> None:
    source = "import sys; print('{}'); sys.stdout.flush(); print('x', file=sys.stderr)" + exporter_source("a")
    plugins.install("acme", source, exporters=("a",))
    (probed,) = probe(plugins.registry().rows())
    assert probed.row.state == "installed"
    assert capfd.readouterr() == ("", "")


def test_every_shipped_plugin_works_is_quick_and_brings_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The strict switch is for who asks for one plugin; here a broken one is a row."""
    monkeypatch.setenv(STRICT, "1")
    found = probe(Registry().rows())
    assert {probed.row.kind for probed in found} <= set(KINDS)
    for probed in found:
        assert (probed.row.state, probed.row.reason) == ("installed", "")
        assert KINDS[probed.row.kind].hook in probed.hooks
        assert probed.brings == ()
