"""What was promised to plugins that are written already."""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.util
import inspect
import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pluggy
import pytest

import backtrack_plugins as bt
from backtrack_plugins import hookspecs
from backtrack_plugins.kinds import KINDS
from backtrack_plugins.registry import Registry

if TYPE_CHECKING:
    from types import ModuleType

KEPT = sorted((Path(__file__).parent / "plugins").glob("hooks_*/kept_plugin.py"))
PAGE = "name: A\n9:00 forward walk 5 km/h\n1:00 backward walk 2 km/h grip rail"
WORKOUT = bt.parse(PAGE)


@pytest.fixture(params=KEPT, ids=lambda file: file.parent.name)
def kept(request: pytest.FixtureRequest) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"{request.param.parent.name}_kept", request.param)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class TestAPluginWrittenAgainstEarlierHooks:
    @pytest.fixture
    def registry(self, kept: ModuleType) -> Registry:
        return Registry(path=[], environ={}, plugins=[kept])

    def test_has_every_hook_there_was(self, kept: ModuleType) -> None:
        assert all(hasattr(kept, kind.hook) for kind in KINDS.values())

    def test_exports_and_imports(self, registry: Registry) -> None:
        artifact = bt.export(WORKOUT, "kept", registry=registry, options={"counted": "true"})
        assert artifact.data.startswith(b"KEPT\nname: A\n")
        assert artifact.data.endswith(b"# 3 segments\n")
        assert "not carried, in metric units" in [loss.instead for loss in artifact.losses]
        assert bt.import_bytes(artifact.data, "a.kept", registry=registry).workout == WORKOUT
        with pytest.raises(bt.UnreadableInput, match="before its time"):
            bt.import_bytes(artifact.data[:-1], "a.kept", registry=registry)

    def test_sees_what_it_declared_of_the_athlete(self, registry: Registry) -> None:
        artifact = bt.export(WORKOUT, "kept", bt.Athlete(units="imperial"), registry=registry)
        assert "not carried, in imperial units" in [loss.instead for loss in artifact.losses]

    def test_checks(self, registry: Registry) -> None:
        problems = bt.check(bt.expand(WORKOUT), registry=registry)
        assert [problem.where.step for problem in problems if problem.code == "kept/alone"] == [2]
        supervised = bt.check(bt.expand(WORKOUT), supervised_by="Ada", registry=registry)
        assert "kept/alone" not in [problem.code for problem in supervised]

    def test_delivers(self, registry: Registry, tmp_path: Path) -> None:
        artifact = bt.export(WORKOUT, "kept", registry=registry)
        (receipt,) = bt.deliver([artifact], "kept", at=tmp_path, registry=registry)
        assert Path(receipt.where).read_bytes() == artifact.data
        assert (receipt.state, receipt.sha256) == ("new", hashlib.sha256(artifact.data).hexdigest())

    def test_keeps_an_account_up_to_date(self, registry: Registry) -> None:
        artifact = bt.export(WORKOUT, "kept", registry=registry)
        identity, on = bt.identity_of("a"), dt.date(2026, 12, 2)
        told: list[tuple[int, int]] = []
        for state in ("new", "unchanged"):
            (receipt,) = bt.deliver(
                [bt.Parcel(artifact, identity, on)],
                "kept-club",
                device="7",
                registry=registry,
                progress=lambda done, of: told.append((done, of)),
            )
            assert (receipt.state, receipt.where, receipt.on) == (state, "club:1", on)
        assert told == [(1, 1), (1, 1)]
        assert [each.standing.state for each in bt.sent(registry=registry)] == ["as sent"]
        for state in ("removed", "gone"):
            (receipt,) = bt.unsend([identity], "kept-club", registry=registry)
            assert (receipt.state, receipt.warnings) == (state, ("once",))

    def test_signs_in_and_out_and_has_a_tour(self, registry: Registry, tmp_path: Path) -> None:
        account = registry.account("club")
        assert account.options is not None
        asking = bt.SignInRequest(ask=lambda question, _: question, options=account.options())
        assert account.sign_in(asking) == "Name is signed in"
        assert account.sign_out() == "forgotten"
        assert account.tour is not None
        with account.tour(str(tmp_path)) as tour:
            assert tour.environment == {"CLUB": str(tmp_path)}
            assert [step.command for step in tour.steps] == [("sent",)]

    def test_fetches_what_has_no_file_here(self, registry: Registry) -> None:
        assert bt.import_address("kept:7", registry=registry).workout.name == "Number 7"
        with pytest.raises(bt.NotThere, match="the club keeps nothing as x"):
            bt.import_address("kept:x", registry=registry)

    def test_reads_recordings(self, registry: Registry) -> None:
        recording = bt.recording_from_bytes(b"KEPTLOG\n0,90\n60.5,120\n", "a.log", registry=registry)
        assert (recording.seconds, recording.laps[0].trigger) == (60.5, "manual")
        assert [sample.heart_rate for sample in recording.samples] == [90, 120]

    def test_annotates(self, registry: Registry) -> None:
        block = bt.annotate(bt.expand(WORKOUT), annotator="kept", registry=registry)
        assert block.title == "A"
        assert "Short.\nCheck your treadmill's manual" in block.text

    def test_calls_forth_no_warning(self, registry: Registry) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert {row.kind for row in registry.rows()} == set(KINDS)


class TestDeprecation:
    """A hook is taken leave of with pluggy's own warning, which names the plugin, and goes on working."""

    @pytest.fixture(autouse=True)
    def _deprecated(self, monkeypatch: pytest.MonkeyPatch) -> None:
        spec = pluggy.HookspecMarker(hookspecs.PROJECT)

        @spec(warn_on_impl=DeprecationWarning("backtrack_annotators goes: write backtrack_words"))
        def backtrack_annotators() -> None:
            """As it would stand in hookspecs.py."""

        monkeypatch.setattr(hookspecs, "backtrack_annotators", backtrack_annotators)

    def test_warns_the_author_and_works(self, kept: ModuleType) -> None:
        with pytest.warns(DeprecationWarning, match="write backtrack_words") as warned:
            registry = Registry(path=[], environ={}, plugins=[kept])
        assert {Path(warning.filename).name for warning in warned} == {"kept_plugin.py"}
        assert bt.annotate(bt.expand(WORKOUT), annotator="kept", registry=registry).title == "A"

    def test_says_nothing_to_a_plugin_without_that_hook(self, plugins, exporter_source) -> None:
        plugins.install("acme", exporter_source("my-watch"), exporters=("my-watch",))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert plugins.registry().exporter("my-watch")


PASSED_ALONG = (
    *(kind.offered for kind in KINDS.values()),
    *(
        bt.ExportRequest,
        bt.SpliceRequest,
        bt.Insert,
        bt.Exported,
        bt.Loss,
        bt.Artifact,
        bt.Imported,
        bt.ImportSettings,
        bt.CheckRequest,
        bt.Problem,
        bt.Where,
    ),
    *(bt.DeliveryRequest, bt.Receipt, bt.SentRequest, bt.Standing, bt.Record),
    *(bt.Account, bt.SignInRequest, bt.Tour),
    *(bt.Recording, bt.Lap, bt.Sample, bt.AnnotationRequest, bt.Annotation),
    *(bt.Timeline, bt.Segment, bt.RepeatedSegments, bt.Cue, bt.Totals),
)
"""Every Struct that goes from the core to a plugin or back."""


def test_hooks_and_what_passes_along_them_are_as_written_down() -> None:
    """From HOOK_API 1 on they only gain. A change fails here: it is a decision, and is written down."""
    written = json.loads((Path(__file__).parent / "plugins" / "hooks.json").read_text(encoding="utf-8"))
    now = {
        "hook_api": bt.HOOK_API,
        "hooks": {
            kind.hook: str(inspect.signature(getattr(hookspecs, kind.hook))) for kind in KINDS.values()
        },
        "fields": {struct.__name__: list(struct.__struct_fields__) for struct in PASSED_ALONG},
    }
    assert now == written
