"""Delivering: what a destination gets, what its receipts are held to, and what a folder promises."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

import backtrack_plugins as bt
from backtrack_plugins.calling import DISABLE, STRICT
from backtrack_plugins.files import LEDGER
from backtrack_plugins.registry import Registry
from backtrack_plugins.testing.faults import DENIED, DISK_FULL, INTERRUPTED, READ_ONLY, UNPLUGGED, every_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

TIMELINE = bt.expand(bt.parse("name: A\n9:00 forward walk 5 km/h"))


def artifact(name: str = "a.x", data: bytes = b"one", media_type: str = "text/x") -> bt.Artifact:
    return bt.Artifact(
        name=name,
        media_type=media_type,
        data=data,
        losses=(),
        problems=(),
        timeline=TIMELINE,
        format="words",
    )


ONE = artifact()
TWO = artifact("b.x", b"two")


class Options(msgspec.Struct, frozen=True, kw_only=True):
    loud: bool = False
    times: int = 1


class Given:
    """A destination that keeps the requests it got, and answers as it is told."""

    def __init__(self, answer: Callable[[bt.DeliveryRequest], Any], **fields: Any) -> None:
        self.requests: list[bt.DeliveryRequest] = []
        self._answer = answer
        self._offered = bt.Destination(
            **{
                "name": "shelf",
                "summary": "A fake",
                "takes": frozenset({"text/x"}),
                "exporter": "words",
                "deliver": self._deliver,
                **fields,
            }
        )

    def _deliver(self, request: bt.DeliveryRequest) -> Any:
        self.requests.append(request)
        return self._answer(request)

    @bt.hookimpl
    def backtrack_destinations(self) -> Iterable[bt.Destination]:
        return [self._offered]

    def registry(self) -> Registry:
        return Registry(path=[], environ={}, plugins=[self])


def receipt(name: str = "a.x", where: object = "shelf 1", **fields: Any) -> bt.Receipt:
    return bt.Receipt(**{"artifact": name, "where": where, "state": "new", **fields})


def receipts(request: bt.DeliveryRequest) -> list[bt.Receipt]:
    return [receipt(each.name) for each in request.artifacts]


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != LEDGER}


def sent(given: Given, *artifacts: bt.Artifact, **asked: Any) -> tuple[bt.Receipt, ...]:
    return bt.deliver(artifacts or (ONE,), "shelf", registry=given.registry(), **asked)


def refused(given: Given, *artifacts: bt.Artifact, **asked: Any) -> bt.PluginError:
    """The error of a plugin that did what it may not."""
    with pytest.raises(bt.PluginError) as raised:
        sent(given, *artifacts, **asked)
    details = raised.value.details
    assert (details["kind"], details["plugin"], details["hook"]) == (
        "destination",
        "shelf",
        "backtrack_destinations",
    )
    assert raised.value.exit_code == 3
    assert str(raised.value).startswith("the destination shelf ")
    return raised.value


def asked(shelf: Given) -> bt.DeliveryRequest:
    """The one request, without the book that every request has."""
    (request,) = shelf.requests
    assert request.book is not None
    return msgspec.structs.replace(request, book=None)


class TestWhatADestinationGets:
    def test_is_every_artifact_in_its_order_and_nothing_that_was_not_asked_for(self) -> None:
        shelf = Given(receipts)
        assert sent(shelf, TWO, ONE) == (receipt("b.x"), receipt("a.x"))
        identities = (bt.identity_of("b"), bt.identity_of("a"))
        assert asked(shelf) == bt.DeliveryRequest(
            artifacts=(TWO, ONE), identities=identities, dates=(None, None)
        )

    def test_is_what_the_caller_says(self, tmp_path: Path) -> None:
        shelf = Given(receipts, options=Options)
        options = {"loud": "true", "times": "3"}
        sent(shelf, at=tmp_path, dry_run=True, overwrite=True, options=options)
        assert asked(shelf) == bt.DeliveryRequest(
            artifacts=(ONE,),
            identities=(bt.identity_of("a"),),
            dates=(None,),
            at=str(tmp_path),
            dry_run=True,
            overwrite=True,
            options=Options(loud=True, times=3),
        )

    def test_are_its_options_with_their_defaults(self) -> None:
        shelf = Given(receipts, options=Options)
        sent(shelf)
        assert shelf.requests[0].options == Options()

    def test_is_nothing_when_there_is_nothing_to_send(self) -> None:
        shelf = Given(receipts)
        assert bt.deliver([], "shelf", registry=shelf.registry()) == ()

    def test_may_be_made_while_it_is_sent(self) -> None:
        shelf = Given(receipts)
        assert bt.deliver(iter([ONE, TWO]), "shelf", registry=shelf.registry()) == (
            receipt("a.x"),
            receipt("b.x"),
        )

    def test_is_what_it_takes_whatever_the_charset(self) -> None:
        shelf = Given(receipts)
        sent(shelf, artifact(media_type="text/x; charset=utf-8"))
        assert len(shelf.requests) == 1

    def test_is_nothing_else(self) -> None:
        shelf = Given(receipts)
        with pytest.raises(bt.UsageError) as raised:
            sent(shelf, ONE, artifact("c.y", media_type="text/xy"))
        assert str(raised.value) == "c.y: shelf takes text/x, and this is text/xy. Export it to words."
        assert raised.value.details == {"plugin": "shelf"}
        assert shelf.requests == []

    @pytest.mark.parametrize(
        ("fields", "options", "said", "details"),
        [
            (
                {},
                {"loud": True},
                "shelf has no options; loud was given",
                {"plugin": "shelf", "option": "loud", "known": ()},
            ),
            (
                {"options": Options},
                {"laud": True},
                "shelf has no option laud; did you mean loud?",
                {"plugin": "shelf", "option": "laud", "known": ("loud", "times")},
            ),
            (
                {"options": Options},
                {"times": "often"},
                "shelf: times=often: write a whole number",
                {"plugin": "shelf", "option": "times"},
            ),
        ],
    )
    def test_are_no_options_that_it_does_not_know(self, fields, options, said, details) -> None:
        shelf = Given(receipts, **fields)
        with pytest.raises(bt.UsageError) as raised:
            sent(shelf, options=options)
        assert (str(raised.value), raised.value.details) == (said, details)
        assert shelf.requests == []


def test_a_destination_that_is_not_there_is_told_with_the_near_one() -> None:
    with pytest.raises(bt.UnknownPlugin) as raised:
        bt.deliver([ONE], "shelv", registry=Given(receipts).registry())
    assert str(raised.value) == "no destination is named shelv; did you mean shelf?"
    assert raised.value.details == {"kind": "destination", "plugin": "shelv", "known": ("shelf",)}


class TestAReceipt:
    def test_of_what_is_no_folder_may_be_an_address(self) -> None:
        given = receipt(where="https://example.org/7", sha256="", hint="synchronise the watch")
        assert sent(Given(lambda _: [given])) == (given,)

    @pytest.mark.parametrize("answer", [[None], ["a.x"], [{"artifact": "a.x"}], [ONE], "a", [receipt(), 3]])
    def test_that_is_none_is_refused(self, answer: object) -> None:
        error = refused(Given(lambda _: answer), *([ONE, TWO] if len(answer) == 2 else [ONE]))  # type: ignore[arg-type]
        assert "its hook backtrack_destinations promises Receipt" in str(error)
        assert "field" not in error.details

    @pytest.mark.parametrize("answer", [None, 7, receipt()])
    def test_that_does_not_come_in_a_row_is_refused(self, answer: object) -> None:
        assert "failed: TypeError: " in str(refused(Given(lambda _: answer)))

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("artifact", 1),
            ("where", Path("/somewhere")),
            ("where", None),
            ("state", "sent"),
            ("sha256", b"00"),
            ("hint", None),
        ],
    )
    def test_holds_in_every_field_what_its_type_says(self, field: str, value: object) -> None:
        error = refused(Given(lambda _: [receipt(**{"artifact": "a.x", "where": "x", field: value})]))
        assert error.details["field"] == f"Receipt.{field}"
        assert f"returned what its hook backtrack_destinations does not allow: Receipt.{field} is" in str(
            error
        )

    @pytest.mark.parametrize(
        "names", [[], ["a.x"], ["b.x", "a.x"], ["a.x", "b.x", "b.x"], ["a.x", "B.x"]], ids="-".join
    )
    def test_comes_for_each_artifact_in_their_order(self, names: list[str]) -> None:
        error = refused(Given(lambda _: [receipt(name) for name in names]), ONE, TWO)
        assert "did not return one receipt for each artifact, in their order" in str(error)
        assert "Look there before you send again" in str(error)
        assert error.details["field"] == "Receipt.artifact"


class TestTheReceiptOfAFolder:
    """Held to what is on the disk: a plugin's word is not enough."""

    def written(self, folder: Path, said: object = None, data: bytes = ONE.data) -> Given:
        """A destination that writes somewhere, and says that it wrote there or elsewhere."""

        def deliver(_: bt.DeliveryRequest) -> list[bt.Receipt]:
            (folder / "a.x").write_bytes(data)
            return [receipt(where=str(said or folder / "a.x"))]

        return Given(deliver, is_folder=True)

    def test_is_a_file_in_it_with_the_bytes_of_the_artifact(self, tmp_path: Path) -> None:
        assert sent(self.written(tmp_path), at=tmp_path) == (receipt(where=str(tmp_path / "a.x")),)

    def test_may_lie_deeper(self, tmp_path: Path) -> None:
        (tmp_path / "GARMIN" / "NEWFILES").mkdir(parents=True)
        assert len(sent(self.written(tmp_path / "GARMIN" / "NEWFILES"), at=tmp_path)) == 1

    def test_may_lie_behind_a_link_to_the_folder(self, tmp_path: Path) -> None:
        (tmp_path / "real").mkdir()
        (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
        assert len(sent(self.written(tmp_path / "real"), at=tmp_path / "link")) == 1
        assert len(sent(self.written(tmp_path / "link"), at=tmp_path / "real")) == 1

    def test_may_be_a_link_that_the_user_put_there(self, tmp_path: Path) -> None:
        (tmp_path / "folder").mkdir()
        (tmp_path / "elsewhere.x").write_bytes(ONE.data)
        (tmp_path / "folder" / "a.x").symlink_to(tmp_path / "elsewhere.x")
        shelf = Given(lambda request: bt.deliver_into(request, request.at or ""), is_folder=True)
        assert [each.state for each in sent(shelf, at=tmp_path / "folder")] == ["unchanged"]

    def test_may_be_wherever_the_destination_finds_one_when_none_was_named(self, tmp_path: Path) -> None:
        assert len(sent(self.written(tmp_path))) == 1

    @pytest.mark.parametrize("elsewhere", ["other", "folder-2", "."])
    def test_is_in_no_other_folder_than_the_one_that_was_named(self, tmp_path: Path, elsewhere: str) -> None:
        for name in ("folder", "other", "folder-2"):
            (tmp_path / name).mkdir()
        error = refused(self.written(tmp_path / elsewhere), at=tmp_path / "folder")
        said = f"was given the folder {tmp_path / 'folder'}, and says that it delivered to {tmp_path}"
        assert said in str(error)
        assert error.details["field"] == "Receipt.where"

    def test_does_not_leave_it_by_dots_or_by_a_link_inside(self, tmp_path: Path) -> None:
        (tmp_path / "folder").mkdir()
        (tmp_path / "other").mkdir()
        (tmp_path / "folder" / "out").symlink_to(tmp_path / "other", target_is_directory=True)
        for said in ("folder/../other/a.x", "folder/out/a.x"):
            error = refused(
                self.written(tmp_path / "other", said=tmp_path / said), at=tmp_path / "folder", dry_run=True
            )
            assert error.details["field"] == "Receipt.where"

    @pytest.mark.parametrize("said", ["a.x", "./a.x", "https://example.org/a.x", "~/a.x"])
    def test_is_absolute(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
        monkeypatch.chdir(tmp_path)
        error = refused(self.written(tmp_path, said=said), at=tmp_path)
        assert f"returned the path {said!r}, which is not absolute" in str(error)
        assert error.details["field"] == "Receipt.where"

    @pytest.mark.parametrize("data", [b"", b"on", b"one\n", b"0ne"])
    def test_is_no_proof_when_other_bytes_are_there(self, tmp_path: Path, data: bytes) -> None:
        with pytest.raises(bt.DeliveryError, match="what is read back is not what was written") as raised:
            sent(self.written(tmp_path, data=data), at=tmp_path)
        assert raised.value.details == {"path": str(tmp_path / "a.x")}

    def test_is_no_proof_when_nothing_is_there(self, tmp_path: Path) -> None:
        shelf = Given(lambda _: [receipt(where=str(tmp_path / "a.x"))], is_folder=True)
        with pytest.raises(bt.DeliveryError) as raised:
            sent(shelf, at=tmp_path)
        assert raised.value.details == {"path": str(tmp_path / "a.x")}

    def test_says_in_a_dry_run_where_it_would_be(self, tmp_path: Path) -> None:
        shelf = Given(lambda _: [receipt(where=str(tmp_path / "a.x"))], is_folder=True)
        assert sent(shelf, at=tmp_path, dry_run=True) == (receipt(where=str(tmp_path / "a.x")),)


def raising(error: BaseException) -> Callable[[bt.DeliveryRequest], list[bt.Receipt]]:
    def answer(_: bt.DeliveryRequest) -> list[bt.Receipt]:
        raise error

    return answer


def stopping(error: BaseException) -> Callable[[bt.DeliveryRequest], Iterable[bt.Receipt]]:
    """The same, after a first receipt."""

    def answer(_: bt.DeliveryRequest) -> Iterable[bt.Receipt]:
        yield receipt()
        raise error

    return answer


at_once_or_late = pytest.mark.parametrize("fails", [raising, stopping])


class TestADestinationThatFails:
    @at_once_or_late
    @pytest.mark.parametrize(
        "error", [ValueError("no room"), RuntimeError(), SystemExit(3), OSError(5, "Gone")]
    )
    def test_is_named_and_its_own_error_is_kept(self, fails, error: BaseException) -> None:
        told = refused(Given(fails(error)), ONE, TWO)
        assert f"failed: {type(error).__name__}: {error}. Report it to the plugin's author" in str(told)
        assert told.__cause__ is error

    @at_once_or_late
    @pytest.mark.parametrize(
        "error",
        [bt.UsageError("which of two?"), bt.DeliveryError("full", path="/x"), bt.ExistingFile("mine")],
    )
    def test_on_purpose_speaks_for_itself(self, fails, error: bt.BacktrackError) -> None:
        with pytest.raises(type(error)) as raised:
            sent(Given(fails(error)))
        assert raised.value is error

    def test_shows_where_in_strict_mode(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(STRICT, "1")
        with pytest.raises(ValueError, match=r"^no room$"):
            sent(Given(raising(ValueError("no room"))))

    @at_once_or_late
    def test_is_named_to_whoever_interrupts_it(self, fails) -> None:
        with pytest.raises(KeyboardInterrupt) as raised:
            sent(Given(fails(KeyboardInterrupt())))
        assert raised.value.__notes__ == [
            f"stopped while the destination shelf was at work; to leave it out: {DISABLE}=shelf"
        ]


def into(folder: Path, *artifacts: bt.Artifact, **asked: Any) -> list[tuple[str, str]]:
    """Deliver into a folder, and return what the receipts say of each."""
    request = bt.DeliveryRequest(artifacts=artifacts or (ONE,), **asked)
    return [(each.artifact, each.state) for each in bt.deliver_into(request, folder)]


class TestIntoAFolder:
    def test_each_receipt_says_where_and_is_the_proof(self, tmp_path: Path) -> None:
        request = bt.DeliveryRequest(artifacts=(TWO, ONE))
        assert bt.deliver_into(request, tmp_path) == [
            receipt(each.name, str(tmp_path / each.name), sha256=sha256(each.data).hexdigest())
            for each in (TWO, ONE)
        ]
        assert content(tmp_path) == {"a.x": b"one", "b.x": b"two"}

    def test_where_is_absolute_whatever_the_folder_was_called(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (told,) = bt.deliver_into(bt.DeliveryRequest(artifacts=(ONE,)), ".")
        assert told.where == str(tmp_path / "a.x")

    def test_twice_is_once(self, tmp_path: Path) -> None:
        into(tmp_path, ONE, TWO)
        before = {path.name: (path.stat().st_mtime_ns, path.stat().st_ino) for path in tmp_path.iterdir()}
        request = bt.DeliveryRequest(artifacts=(ONE, TWO))
        again = bt.deliver_into(request, tmp_path)
        assert [(each.state, each.sha256) for each in again] == [
            ("unchanged", sha256(each.data).hexdigest()) for each in (ONE, TWO)
        ]
        assert before == {
            path.name: (path.stat().st_mtime_ns, path.stat().st_ino) for path in tmp_path.iterdir()
        }

    def test_what_is_as_we_left_it_is_replaced(self, tmp_path: Path) -> None:
        into(tmp_path)
        assert into(tmp_path, artifact(data=b"new"), TWO) == [("a.x", "replaced"), ("b.x", "new")]
        assert content(tmp_path) == {"a.x": b"new", "b.x": b"two"}

    @pytest.mark.parametrize("ours_first", [True, False], ids=["edited since", "never ours"])
    def test_what_is_not_is_kept_and_nothing_else_is_written(self, tmp_path: Path, ours_first: bool) -> None:
        if ours_first:
            into(tmp_path)
        (tmp_path / "a.x").write_bytes(b"mine")
        for dry_run in (True, False):
            with pytest.raises(bt.ExistingFile, match="already there, and not as we left it") as raised:
                into(tmp_path, TWO, ONE, dry_run=dry_run)
            assert raised.value.details == {"paths": (str(tmp_path / "a.x"),)}
        assert content(tmp_path) == {"a.x": b"mine"}

    def test_what_is_not_is_replaced_when_somebody_says_so(self, tmp_path: Path) -> None:
        (tmp_path / "a.x").write_bytes(b"mine")
        assert into(tmp_path, overwrite=True) == [("a.x", "replaced")]
        assert content(tmp_path) == {"a.x": b"one"}

    def test_what_the_caller_calls_ours_is_replaced_and_no_list_of_it_is_kept(self, tmp_path: Path) -> None:
        (tmp_path / "a.x").write_bytes(b"of ours")
        (tmp_path / "b.x").write_bytes(b"mine")

        def ours(name: str, there: bytes) -> bool:
            return (name, there) == ("a.x", b"of ours")

        def told(*artifacts: bt.Artifact) -> list[str]:
            request = bt.DeliveryRequest(artifacts=artifacts)
            return [each.state for each in bt.deliver_into(request, tmp_path, ours=ours)]

        with pytest.raises(bt.ExistingFile) as raised:
            told(ONE, TWO)
        assert raised.value.details == {"paths": (str(tmp_path / "b.x"),)}
        assert [told(ONE), told(ONE)] == [["replaced"], ["unchanged"]]
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
            "a.x": b"one",
            "b.x": b"mine",
        }

    def test_a_list_that_is_there_counts_for_nothing_where_the_caller_says_what_is_ours(
        self, tmp_path: Path
    ) -> None:
        into(tmp_path)
        before = (tmp_path / LEDGER).read_bytes()
        request = bt.DeliveryRequest(artifacts=(artifact(data=b"new"),))
        with pytest.raises(bt.ExistingFile):
            bt.deliver_into(request, tmp_path, ours=lambda _name, _there: False)
        assert (tmp_path / LEDGER).read_bytes() == before

    def test_a_dry_run_says_the_same_and_changes_nothing(self, tmp_path: Path) -> None:
        into(tmp_path, ONE, TWO)
        (tmp_path / "c.x").write_bytes(b"theirs")
        artifacts = (ONE, artifact("b.x", b"2"), artifact("c.x"), artifact("d.x"))
        before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        request = bt.DeliveryRequest(artifacts=artifacts, overwrite=True, dry_run=True)
        planned = bt.deliver_into(request, tmp_path)
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
        assert [each.sha256 for each in planned] == [""] * 4
        done = bt.deliver_into(msgspec.structs.replace(request, dry_run=False), tmp_path)
        states = [each.state for each in planned]
        assert states == ["unchanged", "replaced", "replaced", "new"]
        assert [each.state for each in done] == states

    @pytest.mark.parametrize("other", ["a.x", "A.X"])
    def test_two_of_one_name_are_refused_on_every_system(self, tmp_path: Path, other: str) -> None:
        with pytest.raises(bt.UsageError, match="two of the workouts would have the same file name there"):
            into(tmp_path, ONE, artifact(other, b"other"))
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("dry_run", [True, False])
    def test_a_folder_that_is_none_is_refused(self, tmp_path: Path, dry_run: bool) -> None:
        (tmp_path / "file").write_bytes(b"")
        with pytest.raises(bt.UsageError, match="file is a file; name a folder to write into"):
            into(tmp_path / "file", dry_run=dry_run)
        with pytest.raises(bt.UsageError, match=r"there is no folder .*missing; make it first"):
            into(tmp_path / "missing", dry_run=dry_run)
        assert os.listdir(tmp_path) == ["file"]

    @pytest.mark.parametrize("name", ["../a.x", "b/a.x", "", ".", LEDGER])
    def test_a_name_that_leads_out_of_it_is_refused(self, tmp_path: Path, name: str) -> None:
        (tmp_path / "in").mkdir()
        with pytest.raises(bt.DeliveryError, match="is no file name; nothing was written"):
            into(tmp_path / "in", TWO, artifact(name))
        assert [path.name for path in tmp_path.rglob("*")] == ["in"]

    def test_a_folder_that_fails_is_named_and_no_file_is_half_written(self, tmp_path: Path) -> None:
        into(tmp_path, ONE)
        new = artifact(data=b"one, and longer"), TWO
        attempts = 0
        for attempt in every_fault(
            tmp_path, lambda: into(tmp_path, *new), (DENIED, DISK_FULL, READ_ONLY, UNPLUGGED, INTERRUPTED)
        ):
            attempts += 1
            there = content(tmp_path)
            assert there["a.x"] in {b"one", new[0].data}, attempt
            assert there.get("b.x") in {None, TWO.data}, attempt
            if attempt.error is None:
                assert attempt.value == [("a.x", "replaced"), ("b.x", "new")], attempt
                assert (there["a.x"], there["b.x"]) == (new[0].data, TWO.data), attempt
            elif isinstance(attempt.error, bt.DeliveryError):
                assert str(tmp_path) in attempt.error.details["path"], attempt
            elif isinstance(attempt.error, bt.UsageError):  # it was gone before anything began
                assert "there is no folder" in str(attempt.error), attempt
            else:
                assert isinstance(attempt.error, KeyboardInterrupt), attempt
        assert attempts > 5


def test_a_destination_installed_beside_others_is_asked_alone(plugins, tmp_path: Path) -> None:
    source = """
from backtrack_plugins import Destination, deliver_into, hookimpl

BACKTRACK_HOOK_API = 0

@hookimpl
def backtrack_destinations():
    return [Destination(
        name="shelf", summary="A fake", takes=frozenset({"text/x"}), exporter="words", is_folder=True,
        deliver=lambda request: deliver_into(request, request.at),
    )]
"""
    plugins.install("acme", source, destinations=("shelf",))
    plugins.install("broken", "raise ImportError('not today')", destinations=("other",))
    told = bt.deliver([ONE], "shelf", at=tmp_path, registry=plugins.registry())
    assert [each.state for each in told] == ["new"]
    with pytest.raises(bt.PluginError, match=r"the destination other of broken 1\.0 is broken") as raised:
        bt.deliver([ONE], "other", at=tmp_path, registry=plugins.registry())
    assert raised.value.details["distribution"] == "broken"


def test_a_request_that_an_author_makes_for_a_test_has_its_parcels() -> None:
    assert bt.DeliveryRequest(artifacts=(ONE, TWO)).parcels == (
        bt.Parcel(ONE, "", None),
        bt.Parcel(TWO, "", None),
    )
