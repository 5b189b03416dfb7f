"""Workouts that know which way you face on the treadmill.

::

    import backtrack_plugins as bt

    athlete = bt.read_athlete("athlete.toml")
    workout = bt.read("after-intervals-reset.backtrack")
    artifact = bt.export(workout, "garmin-fit", athlete)
    artifact.write("out")

Names are resolved when they are first used: importing the package costs next to nothing.
"""

from __future__ import annotations

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from backtrack_plugins.account import Account as Account
    from backtrack_plugins.account import SignInRequest as SignInRequest
    from backtrack_plugins.account import Tour as Tour
    from backtrack_plugins.account import TourStep as TourStep
    from backtrack_plugins.activities import Annotated as Annotated
    from backtrack_plugins.activities import annotate_activity as annotate_activity
    from backtrack_plugins.activities import find_activities as find_activities
    from backtrack_plugins.activities import remove_annotation as remove_annotation
    from backtrack_plugins.activities import upload_recording as upload_recording
    from backtrack_plugins.activity import Activities as Activities
    from backtrack_plugins.activity import Activity as Activity
    from backtrack_plugins.activity import ActivityChange as ActivityChange
    from backtrack_plugins.activity import ActivityQuery as ActivityQuery
    from backtrack_plugins.activity import ActivityRequest as ActivityRequest
    from backtrack_plugins.activity import Uploaded as Uploaded
    from backtrack_plugins.activity import UploadRequest as UploadRequest
    from backtrack_plugins.annotating import annotate as annotate
    from backtrack_plugins.annotator import Annotation as Annotation
    from backtrack_plugins.annotator import AnnotationRequest as AnnotationRequest
    from backtrack_plugins.annotator import Annotator as Annotator
    from backtrack_plugins.athlete import Athlete as Athlete
    from backtrack_plugins.athlete import RaceTime as RaceTime
    from backtrack_plugins.athlete import Silenced as Silenced
    from backtrack_plugins.athlete import Treadmill as Treadmill
    from backtrack_plugins.athlete import athlete_from_toml as athlete_from_toml
    from backtrack_plugins.athlete import read_athlete as read_athlete
    from backtrack_plugins.belt import BeltPlan as BeltPlan
    from backtrack_plugins.belt import BeltRow as BeltRow
    from backtrack_plugins.belt import BeltText as BeltText
    from backtrack_plugins.belt import belt_plan as belt_plan
    from backtrack_plugins.block import block_in as block_in
    from backtrack_plugins.block import merge_block as merge_block
    from backtrack_plugins.block import remove_block as remove_block
    from backtrack_plugins.book import Book as Book
    from backtrack_plugins.book import Record as Record
    from backtrack_plugins.book import Shelf as Shelf
    from backtrack_plugins.book import data_folder as data_folder
    from backtrack_plugins.checking import FASTEST_MOUNT as FASTEST_MOUNT
    from backtrack_plugins.checking import RULES_VERSION as RULES_VERSION
    from backtrack_plugins.checking import Bout as Bout
    from backtrack_plugins.checking import Session as Session
    from backtrack_plugins.checking import bouts as bouts
    from backtrack_plugins.checking import check as check
    from backtrack_plugins.checking import check_history as check_history
    from backtrack_plugins.checks import Check as Check
    from backtrack_plugins.checks import CheckRequest as CheckRequest
    from backtrack_plugins.delivering import deliver as deliver
    from backtrack_plugins.delivering import identity_of as identity_of
    from backtrack_plugins.delivering import parcel_of as parcel_of
    from backtrack_plugins.destination import DeliveryRequest as DeliveryRequest
    from backtrack_plugins.destination import Destination as Destination
    from backtrack_plugins.destination import Parcel as Parcel
    from backtrack_plugins.destination import Progress as Progress
    from backtrack_plugins.destination import Receipt as Receipt
    from backtrack_plugins.destination import SentRequest as SentRequest
    from backtrack_plugins.destination import Standing as Standing
    from backtrack_plugins.destination import deliver_into as deliver_into
    from backtrack_plugins.energy import Energy as Energy
    from backtrack_plugins.energy import Range as Range
    from backtrack_plugins.energy import SegmentEnergy as SegmentEnergy
    from backtrack_plugins.energy import estimate_energy as estimate_energy
    from backtrack_plugins.errors import BacktrackError as BacktrackError
    from backtrack_plugins.errors import ByHand as ByHand
    from backtrack_plugins.errors import CannotExport as CannotExport
    from backtrack_plugins.errors import CannotSplice as CannotSplice
    from backtrack_plugins.errors import DamagedBlock as DamagedBlock
    from backtrack_plugins.errors import DeliveryError as DeliveryError
    from backtrack_plugins.errors import ExistingFile as ExistingFile
    from backtrack_plugins.errors import InvalidWorkout as InvalidWorkout
    from backtrack_plugins.errors import NeedsChoice as NeedsChoice
    from backtrack_plugins.errors import NotSignedIn as NotSignedIn
    from backtrack_plugins.errors import NotThere as NotThere
    from backtrack_plugins.errors import PluginError as PluginError
    from backtrack_plugins.errors import RateLimited as RateLimited
    from backtrack_plugins.errors import Refused as Refused
    from backtrack_plugins.errors import ServiceError as ServiceError
    from backtrack_plugins.errors import ServiceFailed as ServiceFailed
    from backtrack_plugins.errors import UnknownPlugin as UnknownPlugin
    from backtrack_plugins.errors import Unreachable as Unreachable
    from backtrack_plugins.errors import UnreadableInput as UnreadableInput
    from backtrack_plugins.errors import UnsafeWorkout as UnsafeWorkout
    from backtrack_plugins.errors import UsageError as UsageError
    from backtrack_plugins.errors import WorkoutProblems as WorkoutProblems
    from backtrack_plugins.exporter import Artifact as Artifact
    from backtrack_plugins.exporter import Capability as Capability
    from backtrack_plugins.exporter import Exported as Exported
    from backtrack_plugins.exporter import Exporter as Exporter
    from backtrack_plugins.exporter import ExportRequest as ExportRequest
    from backtrack_plugins.exporter import Insert as Insert
    from backtrack_plugins.exporter import Loss as Loss
    from backtrack_plugins.exporter import SpliceRequest as SpliceRequest
    from backtrack_plugins.exporting import SAFETY_SENTENCES as SAFETY_SENTENCES
    from backtrack_plugins.exporting import export as export
    from backtrack_plugins.fixing import Change as Change
    from backtrack_plugins.fixing import Fixed as Fixed
    from backtrack_plugins.fixing import fix as fix
    from backtrack_plugins.fixing import fixed_page as fixed_page
    from backtrack_plugins.hookspecs import HOOK_API as HOOK_API
    from backtrack_plugins.hookspecs import hookimpl as hookimpl
    from backtrack_plugins.importer import Imported as Imported
    from backtrack_plugins.importer import Importer as Importer
    from backtrack_plugins.importer import ImportSettings as ImportSettings
    from backtrack_plugins.importing import ImportLossWarning as ImportLossWarning
    from backtrack_plugins.importing import import_address as import_address
    from backtrack_plugins.importing import import_bytes as import_bytes
    from backtrack_plugins.importing import import_file as import_file
    from backtrack_plugins.joining import join as join
    from backtrack_plugins.keeping import SecretPlace as SecretPlace
    from backtrack_plugins.keeping import SecretStore as SecretStore
    from backtrack_plugins.keeping import write_private as write_private
    from backtrack_plugins.library import LibraryEntry as LibraryEntry
    from backtrack_plugins.library import library_entries as library_entries
    from backtrack_plugins.library import library_entry as library_entry
    from backtrack_plugins.line import parse_line as parse_line
    from backtrack_plugins.line import write_line as write_line
    from backtrack_plugins.mapping import from_json as from_json
    from backtrack_plugins.mapping import from_mapping as from_mapping
    from backtrack_plugins.masking import MASK as MASK
    from backtrack_plugins.masking import Masking as Masking
    from backtrack_plugins.page import parse as parse
    from backtrack_plugins.problem import Problem as Problem
    from backtrack_plugins.problem import Where as Where
    from backtrack_plugins.programme import Outcome as Outcome
    from backtrack_plugins.programme import Programme as Programme
    from backtrack_plugins.programme import Recorded as Recorded
    from backtrack_plugins.programme import Week as Week
    from backtrack_plugins.programme import begin_folder as begin_folder
    from backtrack_plugins.programme import new_programme as new_programme
    from backtrack_plugins.programme import read_programme as read_programme
    from backtrack_plugins.programme import write_programme as write_programme
    from backtrack_plugins.reading import read as read
    from backtrack_plugins.rebuilding import workout_in as workout_in
    from backtrack_plugins.recalling import Sent as Sent
    from backtrack_plugins.recalling import sent as sent
    from backtrack_plugins.recalling import unsend as unsend
    from backtrack_plugins.recording import Lap as Lap
    from backtrack_plugins.recording import RecordedStep as RecordedStep
    from backtrack_plugins.recording import Recording as Recording
    from backtrack_plugins.recording import RecordingReader as RecordingReader
    from backtrack_plugins.recording import Sample as Sample
    from backtrack_plugins.recordings import read_recording as read_recording
    from backtrack_plugins.recordings import recording_from_bytes as recording_from_bytes
    from backtrack_plugins.registry import PluginRow as PluginRow
    from backtrack_plugins.registry import Registry as Registry
    from backtrack_plugins.reviewed import ExtraLap as ExtraLap
    from backtrack_plugins.reviewed import Review as Review
    from backtrack_plugins.reviewed import ReviewedSegment as ReviewedSegment
    from backtrack_plugins.reviewed import WayTotals as WayTotals
    from backtrack_plugins.reviewing import review as review
    from backtrack_plugins.splicing import add_block as add_block
    from backtrack_plugins.timeline import Cue as Cue
    from backtrack_plugins.timeline import RepeatedSegments as RepeatedSegments
    from backtrack_plugins.timeline import Segment as Segment
    from backtrack_plugins.timeline import Timeline as Timeline
    from backtrack_plugins.timeline import Totals as Totals
    from backtrack_plugins.timeline import expand as expand
    from backtrack_plugins.units import Amount as Amount
    from backtrack_plugins.units import Incline as Incline
    from backtrack_plugins.units import Mass as Mass
    from backtrack_plugins.units import Speed as Speed
    from backtrack_plugins.words import about_from as about_from
    from backtrack_plugins.words import clean_name as clean_name
    from backtrack_plugins.words import clean_text as clean_text
    from backtrack_plugins.words import cue_from as cue_from
    from backtrack_plugins.words import cut_text as cut_text
    from backtrack_plugins.workout import Repeat as Repeat
    from backtrack_plugins.workout import Step as Step
    from backtrack_plugins.workout import Straddle as Straddle
    from backtrack_plugins.workout import Workout as Workout
    from backtrack_plugins.writing import format_page as format_page
    from backtrack_plugins.writing import to_json as to_json
    from backtrack_plugins.writing import to_mapping as to_mapping
    from backtrack_plugins.writing import write as write
    from backtrack_plugins.xml import read_xml as read_xml


_MODULES = {
    "account": ("Account", "SignInRequest", "Tour", "TourStep"),
    "activities": (
        "Annotated",
        "annotate_activity",
        "find_activities",
        "remove_annotation",
        "upload_recording",
    ),
    "activity": (
        "Activities",
        "Activity",
        "ActivityChange",
        "ActivityQuery",
        "ActivityRequest",
        "UploadRequest",
        "Uploaded",
    ),
    "annotating": ("annotate",),
    "annotator": ("Annotation", "AnnotationRequest", "Annotator"),
    "athlete": ("Athlete", "RaceTime", "Silenced", "Treadmill", "athlete_from_toml", "read_athlete"),
    "belt": ("BeltPlan", "BeltRow", "BeltText", "belt_plan"),
    "block": ("block_in", "merge_block", "remove_block"),
    "book": ("Book", "Record", "Shelf", "data_folder"),
    "checking": (
        "Bout",
        "FASTEST_MOUNT",
        "RULES_VERSION",
        "Session",
        "bouts",
        "check",
        "check_history",
    ),
    "checks": ("Check", "CheckRequest"),
    "delivering": ("deliver", "identity_of", "parcel_of"),
    "destination": (
        "DeliveryRequest",
        "Destination",
        "Parcel",
        "Progress",
        "Receipt",
        "SentRequest",
        "Standing",
        "deliver_into",
    ),
    "energy": ("Energy", "Range", "SegmentEnergy", "estimate_energy"),
    "errors": (
        "BacktrackError",
        "ByHand",
        "CannotExport",
        "CannotSplice",
        "DamagedBlock",
        "DeliveryError",
        "ExistingFile",
        "InvalidWorkout",
        "NeedsChoice",
        "NotSignedIn",
        "NotThere",
        "PluginError",
        "RateLimited",
        "Refused",
        "ServiceError",
        "ServiceFailed",
        "UnknownPlugin",
        "Unreachable",
        "UnreadableInput",
        "UnsafeWorkout",
        "UsageError",
        "WorkoutProblems",
    ),
    "exporter": (
        "Artifact",
        "Capability",
        "ExportRequest",
        "Exported",
        "Exporter",
        "Insert",
        "Loss",
        "SpliceRequest",
    ),
    "exporting": ("SAFETY_SENTENCES", "export"),
    "fixing": ("Change", "Fixed", "fix", "fixed_page"),
    "hookspecs": ("HOOK_API", "hookimpl"),
    "importer": ("ImportSettings", "Imported", "Importer"),
    "importing": ("ImportLossWarning", "import_address", "import_bytes", "import_file"),
    "joining": ("join",),
    "keeping": ("SecretPlace", "SecretStore", "write_private"),
    "library": ("LibraryEntry", "library_entries", "library_entry"),
    "line": ("parse_line", "write_line"),
    "mapping": ("from_json", "from_mapping"),
    "masking": ("MASK", "Masking"),
    "page": ("parse",),
    "problem": ("Problem", "Where"),
    "programme": (
        "Outcome",
        "Programme",
        "Recorded",
        "Week",
        "begin_folder",
        "new_programme",
        "read_programme",
        "write_programme",
    ),
    "reading": ("read",),
    "rebuilding": ("workout_in",),
    "recording": ("Lap", "RecordedStep", "Recording", "RecordingReader", "Sample"),
    "recordings": ("read_recording", "recording_from_bytes"),
    "registry": ("PluginRow", "Registry"),
    "reviewed": ("ExtraLap", "Review", "ReviewedSegment", "WayTotals"),
    "reviewing": ("review",),
    "recalling": ("Sent", "sent", "unsend"),
    "splicing": ("add_block",),
    "timeline": ("Cue", "RepeatedSegments", "Segment", "Timeline", "Totals", "expand"),
    "units": ("Amount", "Incline", "Mass", "Speed"),
    "words": ("about_from", "clean_name", "clean_text", "cue_from", "cut_text"),
    "workout": ("Repeat", "Step", "Straddle", "Workout"),
    "writing": ("format_page", "to_json", "to_mapping", "write"),
    "xml": ("read_xml",),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}

__all__ = ["__version__", *sorted(_HOME)]  # noqa: PLE0604 - every entry is a string


if not TYPE_CHECKING:  # which would take every misspelt name for one of ours

    def __getattr__(name: str) -> object:
        home = _HOME.get(name)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        value = getattr(import_module(f"{__name__}.{home}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return __all__
