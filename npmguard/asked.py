"""What an argument of `npmguard inspect` asks for, as `npm install` takes it."""

from __future__ import annotations

from typing import NamedTuple

from npmguard import specs, versions
from npmguard.errors import UsageError
from npmguard.model import Offers
from npmguard.names.validity import faults
from npmguard.packing.target import is_path
from npmguard.specs import Spec
from npmguard.text import one_line, some

_NEAREST = 3


class Ask(NamedTuple):
    """One argument, understood: the name that it would have in package.json, and what is asked for."""

    text: str
    name: str
    wanted: str

    @property
    def spec(self) -> Spec:
        return specs.parse(self.name, self.wanted)


def read(text: str) -> Ask:
    """What an argument means. Raises UsageError for what is no package of a registry."""
    shown = one_line(text)
    if text.startswith("npm:"):
        spec = specs.parse("", text)
        found = Ask(text, spec.name, text.removeprefix(f"npm:{spec.name}").removeprefix("@"))
    else:
        at = text.find("@", 1)
        name, wanted = (text, "") if at < 0 else (text[:at], text[at + 1 :])
        found = Ask(text, name, wanted)
    if is_path(text):
        raise UsageError(f"{shown}: to look into a folder or a tarball use npmguard prepublish {shown}")
    wrong = faults(found.name) or faults(found.spec.name)
    if wrong or not found.spec.registry:
        reason = wrong[0] if wrong and "/" not in found.name else "it comes from elsewhere"
        raise UsageError(f"{shown}: not a package of a registry ({reason})")
    return found


def nearest(offers: Offers, spec: Spec) -> str:
    """What to say where there is no such version: those that are nearest to it."""
    if not offers.versions:
        return "the registry has no version of it: all were withdrawn, or taken down"
    wanted = one_line(spec.range or "", 80)
    latest = one_line(offers.dist_tags.get("latest", "none"), 60)
    if spec.kind == "tag":
        return f"it has no tag {wanted}; its tags are {some(map(_short, offers.dist_tags), 6)}"
    listed = [(key, version) for version in offers.versions if (key := versions.key(version, loose=True))]
    listed.sort()
    bound = versions.key(spec.range or "", loose=True) if spec.kind == "version" else None
    if bound is not None:
        below = [version for key, version in listed if key < bound][-_NEAREST + 1 :]
        above = [version for key, version in listed if key > bound][:1]
        near = below + above
    else:
        near = [version for key, version in listed if key[3] == 1][-_NEAREST:]
        near = near or [version for _, version in listed][-_NEAREST:]
    what = f"it has no version {wanted}" if spec.kind == "version" else f"none of its versions fits {wanted}"
    return f"{what}; the nearest are {some(map(_short, near))}, and the latest is {latest}"


def _short(text: str) -> str:
    return one_line(text, 60)
