"""The typed front over every hook: what is offered and what is returned is held to its type."""

from __future__ import annotations

import sys
import threading
from typing import Any

import pytest

import backtrack_plugins as bt
from backtrack_plugins.calling import STRICT
from backtrack_plugins.hookspecs import HOOK_API
from backtrack_plugins.kinds import KINDS
from backtrack_plugins.registry import GIVEN, Registry

PAGE = "name: A\n9:00 forward walk 5 km/h\n1:00 backward walk 2 km/h grip rail"
WORKOUT = bt.parse(PAGE)
RECORDING = bt.Recording(file="a.log", seconds=600)


def words(request: bt.AnnotationRequest) -> bt.Annotation:
    return bt.Annotation(title="A", text="\n".join(request.notices))


OFFERED: dict[str, Any] = {
    "exporter": bt.Exporter(
        name="mine", summary="s", suffix=".x", media_type="a/b", export=lambda _: b"backward"
    ),
    "importer": bt.Importer(
        name="mine", summary="s", suffix=".x", recognise=lambda head: head == b"x", read=lambda *_: WORKOUT
    ),
    "destination": bt.Destination(
        name="mine", summary="s", takes=frozenset({"a/b"}), exporter="mine", deliver=lambda _: []
    ),
    "recording": bt.RecordingReader(
        name="mine", summary="s", suffix=".x", recognise=lambda head: head == b"x", read=lambda *_: RECORDING
    ),
    "check": bt.Check(name="mine", summary="s", check=lambda _: []),
    "annotator": bt.Annotator(name="mine", summary="s", annotate=words),
}
GETTERS = {
    "exporter": Registry.exporter,
    "importer": Registry.importer,
    "destination": Registry.destination,
    "recording": Registry.recording_reader,
    "check": lambda registry, _name: registry.checks()[0],
    "annotator": Registry.annotator,
}

each_kind = pytest.mark.parametrize("kind", KINDS)


def plugin(*offered: Any, **attributes: object) -> Any:
    """An object that offers these, each by the hook of its kind."""
    made = type("Plugin", (), attributes)()
    for kind in KINDS.values():
        objects = [each for each in offered if isinstance(each, kind.offered)]
        if objects:
            setattr(made, kind.hook, hook_that_offers(objects))
    return made


def hook_that_offers(objects: Any) -> Any:
    @bt.hookimpl
    def offer() -> Any:
        return objects

    return offer


def registry_of(*offered: Any, **environ: str) -> Registry:
    return Registry(path=[], environ=environ, plugins=[plugin(*offered)])


def made(kind: str, **changed: object) -> Any:
    fields = {field: getattr(OFFERED[kind], field) for field in OFFERED[kind].__struct_fields__}
    return type(OFFERED[kind])(**{**fields, **changed})


class TestPluginsThatAnAppHandsOver:
    @each_kind
    def test_are_found_by_name_without_being_a_distribution(self, kind: str) -> None:
        registry = registry_of(*OFFERED.values())
        assert GETTERS[kind](registry, "mine") is OFFERED[kind]
        (row,) = registry.rows(kind)
        assert (row.name, row.distribution, row.summary, row.state) == ("mine", GIVEN, "s", "installed")

    def test_clash_with_others_of_that_name_and_are_told_apart(self) -> None:
        other = made("exporter", summary="other")
        registry = Registry(path=[], environ={}, plugins=[plugin(OFFERED["exporter"]), plugin(other)])
        with pytest.raises(bt.PluginError, match="claimed more than once"):
            registry.exporter("mine")

    def test_can_be_disabled_like_the_installed(self) -> None:
        with pytest.raises(bt.PluginError, match="disabled"):
            registry_of(OFFERED["exporter"], BACKTRACK_DISABLE_PLUGINS="mine").exporter("mine")

    def test_do_all_that_installed_ones_do(self) -> None:
        registry = registry_of(*OFFERED.values())
        artifact = bt.export(WORKOUT, "mine", registry=registry)
        assert artifact.data == b"backward"
        assert bt.import_bytes(b"x", "a.x", registry=registry).workout == WORKOUT
        assert bt.recording_from_bytes(b"x", "a.x", registry=registry) == RECORDING
        assert bt.annotate(bt.expand(WORKOUT), annotator="mine", registry=registry).title == "A"

    @pytest.mark.parametrize("offers", [None, 5, ["mine"], [OFFERED["check"]]])
    def test_that_offer_what_they_may_not_are_refused_at_once(self, offers: object) -> None:
        broken = plugin()
        broken.backtrack_exporters = hook_that_offers(offers)
        if offers is None:  # which pluggy takes for: nothing to offer
            assert Registry(path=[], environ={}, plugins=[broken]).rows() == []
            return
        with pytest.raises(bt.PluginError, match=r"backtrack_exporters|int"):
            Registry(path=[], environ={}, plugins=[broken])


DESCRIBED_WRONGLY = [
    ("exporter", "summary", 5),
    ("exporter", "export", "later"),
    ("exporter", "options", bt.Exporter),
    ("exporter", "carries", {"text"}),
    ("importer", "recognise", None),
    ("importer", "suffix", None),
    ("destination", "takes", ["a/b"]),
    ("destination", "is_folder", "yes"),
    ("recording", "read", b""),
    ("check", "name", 7),
    ("check", "needs", frozenset({1})),
    ("annotator", "annotate", ""),
]


class TestWhatAPluginOffers:
    @pytest.mark.parametrize(("kind", "field", "value"), DESCRIBED_WRONGLY[:2] + DESCRIBED_WRONGLY[3:])
    def test_is_held_to_the_type_of_each_field_when_it_is_made(
        self, kind: str, field: str, value: object
    ) -> None:
        with pytest.raises(ValueError, match=f"{type(OFFERED[kind]).__name__}.{field} is"):
            made(kind, **{field: value})

    def test_names_plugin_hook_and_field_when_it_is_installed(self, plugins, exporter_source) -> None:
        plugins.install("acme", exporter_source("my-watch", fields="hint=5"), exporters=("my-watch",))
        with pytest.raises(bt.PluginError) as failure:
            plugins.registry().exporter("my-watch")
        assert "the exporter my-watch of acme 1.0 is broken: its hook backtrack_exporters" in str(
            failure.value
        )
        assert "Exporter.hint is 5; it is a text" in str(failure.value)
        assert failure.value.details == {
            "kind": "exporter",
            "plugin": "my-watch",
            "hook": "backtrack_exporters",
            "distribution": "acme",
            "version": "1.0",
            "field": "Exporter.hint",
        }


RETURNED_WRONGLY: dict[str, tuple[str, Any, str | None]] = {
    "bytes of another type": ("exporter", lambda _: bytearray(b"x"), None),
    "an export with wrong losses": (
        "exporter",
        lambda _: bt.Exported(data=b"", losses=(bt.Loss(what="x", instead=None),)),  # type: ignore[arg-type]
        "Exported.losses[0].instead",
    ),
    "no workout": ("importer", lambda *_: None, None),
    "an import without a workout": (
        "importer",
        lambda *_: bt.Imported(workout="x"),  # type: ignore[arg-type]
        "Imported.workout",
    ),
    "no recording": ("recording", lambda *_: {}, None),
    "a recording with a wrong lap": (
        "recording",
        lambda *_: bt.Recording(file="a", seconds=1, laps=(bt.Lap(start_seconds=0, seconds="1"),)),  # type: ignore[arg-type]
        "Recording.laps[0].seconds",
    ),
    "no annotation": ("annotator", lambda _: "text", None),
    "an annotation without a title": (
        "annotator",
        lambda _: bt.Annotation(title=None, text="x"),  # type: ignore[arg-type]
        "Annotation.title",
    ),
    "an empty title": ("annotator", lambda _: bt.Annotation(title=" ", text="x"), "Annotation.title"),
    "a title of two lines": (
        "annotator",
        lambda _: bt.Annotation(title="a\nb", text="x"),
        "Annotation.title",
    ),
    "an escape in the text": (
        "annotator",
        lambda _: bt.Annotation(title="a", text="\x1b[2J"),
        "Annotation.text",
    ),
    "a text without the notices": (
        "annotator",
        lambda _: bt.Annotation(title="a", text="x"),
        "Annotation.text",
    ),
    "a text that is too long": (
        "annotator",
        lambda request: bt.Annotation(title="a", text="x" * (request.most_characters + 1)),
        "Annotation.text",
    ),
    "a text with the block's last line": (
        "annotator",
        lambda request: bt.Annotation(
            title="a", text="\n".join([*request.notices, "(backtrack-plugins, block 1)"])
        ),
        "Annotation.text",
    ),
    "problems that are none": ("check", lambda _: [None], None),
    "a problem of nobody": ("check", lambda _: [bt.Problem(code="other/x", message="m")], "Problem.code"),
    "a problem without a message": (
        "check",
        lambda _: [bt.Problem(code="mine/x", message=None)],  # type: ignore[arg-type]
        "Problem.message",
    ),
}
FUNCTION = {
    "exporter": "export",
    "importer": "read",
    "recording": "read",
    "check": "check",
    "annotator": "annotate",
}


def use(kind: str, registry: Registry) -> object:
    if kind in {"exporter", "check"}:
        return bt.export(WORKOUT, "mine", registry=registry)
    if kind == "importer":
        return bt.import_bytes(b"x", "a.x", importer="mine", registry=registry)
    if kind == "recording":
        return bt.recording_from_bytes(b"x", "a.x", reader="mine", registry=registry)
    return bt.annotate(bt.expand(WORKOUT), annotator="mine", registry=registry)


class TestWhatAPluginReturns:
    @pytest.mark.parametrize("how", RETURNED_WRONGLY)
    def test_names_plugin_hook_and_field_when_it_cannot_be(self, how: str) -> None:
        kind, function, field = RETURNED_WRONGLY[how]
        offered = {**OFFERED, kind: made(kind, **{FUNCTION[kind]: function})}
        with pytest.raises(bt.PluginError, match=f"the {KINDS[kind].said} mine ") as failure:
            use(kind, registry_of(*offered.values()))
        assert failure.value.details["plugin"] == "mine"
        assert failure.value.details["hook"] == KINDS[kind].hook
        assert failure.value.details.get("field") == field

    @pytest.mark.parametrize("kind", FUNCTION)
    def test_is_fine_otherwise(self, kind: str) -> None:
        assert use(kind, registry_of(*OFFERED.values()))

    @pytest.mark.parametrize("kind", FUNCTION)
    def test_is_an_error_of_the_plugin_when_it_raises(
        self, kind: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise KeyError("no such watch")

        registry = registry_of(*{**OFFERED, kind: made(kind, **{FUNCTION[kind]: fail})}.values())
        with pytest.raises(
            bt.PluginError, match=f"the {KINDS[kind].said} mine failed: KeyError: 'no such watch'"
        ):
            use(kind, registry)
        monkeypatch.setenv(STRICT, "1")
        with pytest.raises(KeyError):
            use(kind, registry)

    @pytest.mark.parametrize("kind", FUNCTION)
    def test_says_who_was_at_work_when_somebody_interrupts(self, kind: str) -> None:
        def sleep(*_: object) -> None:
            raise KeyboardInterrupt

        registry = registry_of(*{**OFFERED, kind: made(kind, **{FUNCTION[kind]: sleep})}.values())
        with pytest.raises(KeyboardInterrupt) as stopped:
            use(kind, registry)
        (note,) = stopped.value.__notes__
        assert f"the {KINDS[kind].said} mine was at work" in note
        assert "BACKTRACK_DISABLE_PLUGINS=mine" in note

    @pytest.mark.parametrize("kind", ["importer", "recording"])
    def test_unreadable_says_which_file_even_when_the_plugin_does_not(self, kind: str) -> None:
        def refuse(*_: object) -> None:
            raise bt.UnreadableInput("a.x: damaged")

        registry = registry_of(*{**OFFERED, kind: made(kind, read=refuse)}.values())
        with pytest.raises(bt.UnreadableInput) as refusal:
            use(kind, registry)
        assert refusal.value.details == {"file": "a.x"}


class TestAnnotator:
    def test_gets_what_it_declared_of_the_athlete_and_no_more(self) -> None:
        seen: list[bt.AnnotationRequest] = []

        def annotate(request: bt.AnnotationRequest) -> bt.Annotation:
            seen.append(request)
            return words(request)

        registry = registry_of(made("annotator", annotate=annotate, needs=frozenset({"units"})))
        athlete = bt.Athlete(level="beginner", units="imperial")
        bt.annotate(bt.expand(WORKOUT), annotator="mine", athlete=athlete, registry=registry)
        assert seen[0].athlete == bt.Athlete(units="imperial")
        assert seen[0].timeline == bt.expand(WORKOUT)

    def test_words_stand_between_the_first_and_the_last_line(self) -> None:
        block = bt.annotate(
            bt.expand(WORKOUT), ["Careful."], annotator="mine", registry=registry_of(OFFERED["annotator"])
        )
        assert (
            block.text == "Treadmill, which way you face: A\nCareful.\n\n(backtrack-plugins, block 2, 40a47d)"
        )


class TestRecording:
    def test_is_read_by_the_one_that_knows_the_first_bytes(self, tmp_path) -> None:
        other = made("recording", name="other", recognise=lambda head: head == b"y")
        file = tmp_path / "a.x"
        file.write_bytes(b"x")
        assert bt.read_recording(file, registry=registry_of(OFFERED["recording"], other)) == RECORDING

    def test_that_is_empty_is_called_so(self) -> None:
        with pytest.raises(bt.UnreadableInput, match=r"a.x: an empty file. Copy or download it again"):
            bt.recording_from_bytes(b"", "a.x", registry=registry_of(OFFERED["recording"]))

    def test_that_nobody_knows_says_who_was_asked(self) -> None:
        with pytest.raises(
            bt.UnreadableInput, match=r"a.x: no reader of recordings knows this file \(mine\)"
        ) as refusal:
            bt.recording_from_bytes(b"z", "a.x", registry=registry_of(OFFERED["recording"]))
        assert refusal.value.details == {"file": "a.x"}

    def test_larger_than_any_is_refused_unread(self, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("backtrack_plugins.recordings.MOST_BYTES", 1 << 20)
        file = tmp_path / "a.x"
        file.write_bytes(bytes((1 << 20) + 1))
        with pytest.raises(bt.UnreadableInput, match="larger than 1 MiB, which no recording is"):
            bt.read_recording(file, registry=registry_of(OFFERED["recording"]))


class TestHookApi:
    SOURCE = "\nBACKTRACK_HOOK_API = {}\n"

    def registry(self, plugins, exporter_source, written_for: object) -> Registry:
        source = exporter_source("my-watch") + self.SOURCE.format(written_for)
        plugins.install("acme", source, exporters=("my-watch",))
        plugins.install("good", exporter_source("good-watch"), exporters=("good-watch",))
        return plugins.registry()

    def test_of_this_core_is_welcome(self, plugins, exporter_source) -> None:
        assert self.registry(plugins, exporter_source, HOOK_API).exporter("my-watch")

    @pytest.mark.parametrize(
        ("written_for", "update"), [(HOOK_API + 1, "backtrack-plugins"), (-1, "acme"), ("'0.x'", "acme")]
    )
    def test_of_another_is_refused_with_what_to_update_and_stops_no_other(
        self, plugins, exporter_source, written_for: object, update: str
    ) -> None:
        registry = self.registry(plugins, exporter_source, written_for)
        with pytest.raises(
            bt.PluginError, match=f"written for hook API {written_for}.* pip install -U {update}"
        ):
            registry.exporter("my-watch")
        assert registry.exporter("good-watch")

    def test_that_is_older_is_welcome_from_1_on(
        self, plugins, exporter_source, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("backtrack_plugins.hookspecs.HOOK_API", 3)
        assert self.registry(plugins, exporter_source, 1).exporter("my-watch")

    def test_0_is_not_once_there_is_another(
        self, plugins, exporter_source, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("backtrack_plugins.hookspecs.HOOK_API", 1)
        with pytest.raises(bt.PluginError, match="Update acme"):
            self.registry(plugins, exporter_source, 0).exporter("my-watch")


class TestFirstUse:
    def test_by_many_threads_at_once_gives_each_the_same(self, plugins, exporter_source) -> None:
        for number in range(4):
            plugins.install(
                f"acme-{number}", exporter_source(f"watch-{number}"), exporters=(f"watch-{number}",)
            )
        for _ in range(20):
            registry = plugins.registry()
            start, found, errors = threading.Barrier(8), [], []

            def ask(number: int, registry=registry, start=start, found=found, errors=errors) -> None:
                start.wait()
                try:
                    found.append(registry.exporter(f"watch-{number % 4}").name)
                except BaseException as error:  # noqa: BLE001 - whatever a thread dies of is the finding
                    errors.append(error)

            threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert errors == []
            assert sorted(found) == sorted(f"watch-{number % 4}" for number in range(8))
            for module in plugins.modules:
                sys.modules.pop(module, None)
