"""The facts about a package that may be installed, in words: the same for a terminal and for Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from npmguard import provenance, text
from npmguard.model import Inspected, Peer
from npmguard.text import one_line

_DAY = 86_400
_YOUNG = 14 * _DAY
_FEW = 3 * _DAY
_SPANS = ((365.25 * _DAY, "year"), (30.44 * _DAY, "month"), (7 * _DAY, "week"), (_DAY, "day"), (3600, "hour"))
_ADVICE = {
    "nothing-against": "Nothing speaks against it",
    "look-first": "Look first",
    "do-not-install": "Do not install",
}


class Row(NamedTuple):
    """One fact: its name, what is to be said, and whether that should catch the eye."""

    label: str
    words: str
    marked: bool = False


def advice(facts: Inspected) -> tuple[str, str]:
    """(the words of the verdict, the reason or "")."""
    return _ADVICE[facts.advice.word], one_line(facts.advice.reason or "", 300)


def rows(facts: Inspected) -> Iterator[Row]:
    """What is known, line by line; what nobody says is left out, but for what people look for."""
    if facts.version is not None:
        yield from _release(facts)
        yield from _hands(facts)
        yield from _content(facts)
        yield from _company(facts)
    if facts.similar is not None:
        words = f"{facts.similar.name}, number {facts.similar.rank:,} of the most used packages"
        yield Row("reads like", words, True)


def _release(facts: Inspected) -> Iterator[Row]:
    young = facts.age is not None and facts.age < _FEW
    words = f"{one_line(facts.version or '', 60)}, {span(facts.age)} old" if facts.age is not None else ""
    words = words or one_line(facts.version or "", 60)
    if facts.latest is not None and facts.latest != facts.version:
        words += f"; the newest is {one_line(facts.latest, 60)}"
    if facts.here is not None:
        words += f"; you have {one_line(facts.here, 60)}"
    yield Row("release", words, young)
    if facts.deprecated is not None:
        yield Row("deprecated", one_line(facts.deprecated, 160), True)
    known = []
    if facts.package_age is not None:
        known.append(f"{span(facts.package_age)} old")
    if facts.releases is not None:
        known.append(f"{facts.releases:,} release{'s' if facts.releases != 1 else ''}")
    if facts.rank is not None:
        known.append(f"number {facts.rank:,} of the most used")
    yield Row("package", ", ".join(known), facts.package_age is not None and facts.package_age < _YOUNG)


def _hands(facts: Inspected) -> Iterator[Row]:
    if facts.publisher is not None:
        count = len(facts.maintainers or ())
        among = f", {count} maintainer{'s' if count != 1 else ''}" if count else ""
        yield Row("published by", f"{one_line(facts.publisher, 60)}{among}")
    if facts.attested is not None:
        yield Row("provenance", _provenance(facts))


def _provenance(facts: Inspected) -> str:
    said = [
        word
        for word, holds in (
            ("attested", facts.attested),
            ("from a trusted publisher", facts.trusted_publisher),
        )
        if holds
    ]
    if not said:
        return "none: nothing tells where it was built"
    place = provenance.place(facts.attestation.get("repository", ""))
    built = f" built from {one_line('/'.join(place), 80)}" if place is not None else ""
    return f"{' and '.join(said)}{',' if built else ''}{built} (unverified)"


def _content(facts: Inspected) -> Iterator[Row]:
    yield Row("licence", one_line(facts.licence, 60) if facts.licence else "none named", not facts.licence)
    if facts.repository is not None:
        place = provenance.place(facts.repository)
        yield Row("repository", one_line("/".join(place) if place is not None else facts.repository, 80))
    else:
        yield Row("repository", "none named", True)
    if facts.unpacked_size is not None:
        files = (
            f" in {facts.file_count:,} file{'s' if facts.file_count != 1 else ''}" if facts.file_count else ""
        )
        yield Row("size", f"{text.size(facts.unpacked_size)}{files}")
    yield from _scripts(facts)
    if facts.capabilities is not None:
        yield Row("its code uses", ", ".join(facts.capabilities) or "nothing of the system")


def _scripts(facts: Inspected) -> Iterator[Row]:
    if facts.scripts == {}:
        yield Row("on install", "nothing runs")
    elif facts.scripts is not None or facts.runs is not None:
        words = "; ".join(f"{name}: {one_line(line, 120)}" for name, line in (facts.scripts or {}).items())
        words = words or "a script, of which nobody gives the text"
        why = one_line(facts.runs.why, 200) if facts.runs is not None else ""
        yield Row("on install", f"{words} ({why})" if why else words, True)


def _company(facts: Inspected) -> Iterator[Row]:
    if facts.brings is not None:
        new, has = len(facts.brings), len(facts.has)
        words = f"{'more than ' if facts.cut else ''}{new:,} new package{'s' if new != 1 else ''}"
        if facts.brings_optional:
            words += (
                f" ({facts.brings_optional} optional)" if facts.brings_optional < new else ", all optional"
            )
        if has:
            words += f", {has} you have already"
        if not new and not has:
            words = "no other package"
        elif 0 < new <= 4:
            words += f": {', '.join(one_line(label, 80) for label in facts.brings)}"
        if facts.elsewhere:
            words += f"; {len(facts.elsewhere)} more for other systems"
        yield Row("brings", words)
    wanted = [peer for peer in facts.peers if not peer.optional or peer.here is not None]
    if wanted:
        shown = "; ".join(map(_peer, wanted[:4])) + (f"; {len(wanted) - 4} more" if len(wanted) > 4 else "")
        yield Row("wants beside", shown, any(peer.fits is False for peer in wanted))


def _peer(peer: Peer) -> str:
    words = f"{text.name(peer.name, 80)} {one_line(peer.range, 60)}"
    if peer.here is None:
        return words
    return f"{words} (you have {one_line(peer.here, 40)}{'' if peer.fits else ', which does not fit'})"


def span(seconds: float | None) -> str:
    """A time in words: 8 months, 1 day, 40 minutes."""
    for size, word in _SPANS:
        count = int((seconds or 0) // size)
        if count > 1 or (count == 1 and word in ("day", "hour", "year")):
            return f"{count} {word}{'s' if count > 1 else ''}"
    minutes = max(1, int((seconds or 0) // 60))
    return f"{minutes} minute{'s' if minutes > 1 else ''}"
