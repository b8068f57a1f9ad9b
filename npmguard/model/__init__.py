"""The nouns. Frozen, typed, no I/O; nothing here imports anything else of npmguard.

They are named tuples rather than dataclasses or msgspec structs because they are on the path of every
run: those cost 10 to 60 ms of start-up, these next to nothing.
"""

from typing import TYPE_CHECKING, Any

from npmguard.model.evidence import (
    Advisory,
    Deceptive,
    Evidence,
    Mismatched,
    Missing,
    Needs,
    Packument,
    Unanswered,
    VersionFacts,
    VersionManifest,
)
from npmguard.model.finding import (
    Change,
    Confidence,
    Finding,
    Fix,
    Gap,
    Location,
    ProjectReport,
    Report,
    Severity,
    Suppressed,
)
from npmguard.model.graph import Asked, DependencyGraph, Edges, Locate
from npmguard.model.history import Brief, Calm, History, Outline, Publication
from npmguard.model.installs import Opening, ScriptPolicy, Verdict
from npmguard.model.offers import Offer, Offers
from npmguard.model.package import Dependency, DependencyKind, Package, Source
from npmguard.model.packed import Leak, Oddity, Packed, PackedFile, Release, Shadow, SourceMap
from npmguard.model.project import Digest, Lockfile, Manifest, Project
from npmguard.model.proof import Attestation, Key, Keys, Subject

if TYPE_CHECKING:
    from npmguard.model.code import CAPABILITIES, Bulk, Capabilities, CodeFacts, Deed, Gain, Kind, Place
    from npmguard.model.contents import Contents
    from npmguard.model.health import Counts, Health, Hole, Issue, Lag, Part, Snapshot, Trend
    from npmguard.model.inspected import Advice, Inspected, Peer, Popular
    from npmguard.model.plan import Edit, Plan, Step

# nouns that few runs speak of: they cost a tenth of a short one
_LATER = {
    "code": ("CAPABILITIES", "Bulk", "Capabilities", "CodeFacts", "Deed", "Gain", "Kind", "Place"),
    "contents": ("Contents",),
    "health": ("Counts", "Health", "Hole", "Issue", "Lag", "Part", "Snapshot", "Trend"),
    "inspected": ("Advice", "Inspected", "Peer", "Popular"),
    "plan": ("Edit", "Plan", "Step"),
}


def __getattr__(name: str) -> Any:
    """One of those, imported when something asks for it."""
    for module, names in _LATER.items():
        if name in names:
            from importlib import import_module

            return getattr(import_module(f"npmguard.model.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "CAPABILITIES",
    "Advice",
    "Advisory",
    "Asked",
    "Attestation",
    "Brief",
    "Bulk",
    "Calm",
    "Capabilities",
    "Change",
    "CodeFacts",
    "Confidence",
    "Contents",
    "Counts",
    "Deceptive",
    "Deed",
    "Dependency",
    "DependencyGraph",
    "DependencyKind",
    "Digest",
    "Edges",
    "Edit",
    "Evidence",
    "Finding",
    "Fix",
    "Gain",
    "Gap",
    "Health",
    "History",
    "Hole",
    "Inspected",
    "Issue",
    "Key",
    "Keys",
    "Kind",
    "Lag",
    "Leak",
    "Locate",
    "Location",
    "Lockfile",
    "Manifest",
    "Mismatched",
    "Missing",
    "Needs",
    "Oddity",
    "Offer",
    "Offers",
    "Opening",
    "Outline",
    "Package",
    "Packed",
    "PackedFile",
    "Packument",
    "Part",
    "Peer",
    "Place",
    "Plan",
    "Popular",
    "Project",
    "ProjectReport",
    "Publication",
    "Release",
    "Report",
    "ScriptPolicy",
    "Severity",
    "Shadow",
    "Snapshot",
    "Source",
    "SourceMap",
    "Step",
    "Subject",
    "Suppressed",
    "Trend",
    "Unanswered",
    "Verdict",
    "VersionFacts",
    "VersionManifest",
]
