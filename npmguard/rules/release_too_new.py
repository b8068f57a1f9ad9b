"""A locked release is younger than the project wants its releases to be.

`minimum-release-age` in npmguard.toml says how old a release must be; where it says nothing, the package
manager's own setting does: npm's min-release-age, pnpm's minimumReleaseAge, yarn's npmMinimalAgeGate, bun's
minimumReleaseAge, with the packages that they exempt. Without any of them this rule says nothing.

Why it matters
    Most malicious releases are found within a day or two and taken down. Who waits three days for what is not
    urgent would have been spared by chalk and debug (two hours, September 2025), axios (three hours, March
    2026), and both waves of Shai-Hulud.

Bad
    minimum-release-age = "3d", and a release of yesterday in the lockfile

Good
    The release before it, until this one is three days old. A security fix that cannot wait is exempted by
    name: minimum-release-age-exclude = ["lodash@4.17.22"]

How to fix
    Go back to the release before it, or wait. In an emergency exempt the package, with a comment on why.
"""

from __future__ import annotations

from collections.abc import Iterator

from npmguard import versions
from npmguard.globs import UNSCOPED, fits
from npmguard.model import Evidence, Finding, Gap, Needs, Project, Severity
from npmguard.rules import lineage, places
from npmguard.rules.base import Rule
from npmguard.settings import Settings


def needs(project: Project, settings: Settings) -> Needs:
    return lineage.needs(project, settings) if settings.minimum_release_age else Needs()


def then(project: Project, evidence: Evidence, settings: Settings) -> Needs:
    return lineage.then(project, evidence, settings) if settings.minimum_release_age else Needs()


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding | Gap]:
    least = settings.minimum_release_age
    if not least:
        return
    yield from lineage.mirrored(evidence, "release-too-new")
    for found in lineage.lineages(project, evidence, settings):
        published = found.release.time
        if published is None or is_exempt(
            found.package.name, found.release.version, settings.minimum_release_age_exclude
        ):
            continue
        age = evidence.now - published
        if age >= least:
            continue
        fix, words = lineage.back(project, found, _old_enough(found, evidence.now - least))
        yield Finding(
            "release-too-new",
            Severity.MODERATE,
            f"{found.package.label} is {span(age)} old",
            f"This project wants its releases to be {span(least)} old. {words}".rstrip(),
            package=found.package.name,
            version=found.package.version,
            fix=fix,
            location=places.locked(project, found.package),
            keys=found.keys,
        )


def is_exempt(name: str, version: str, patterns: tuple[str, ...]) -> bool:
    """Does one of the patterns (a name or one with `*`, and @RANGE behind it or not) mean this release?"""
    for pattern in patterns:
        at = pattern.find("@", len(UNSCOPED) if pattern.startswith(UNSCOPED) else 1)
        wanted, range = (pattern, None) if at < 0 else (pattern[:at], pattern[at + 1 :])
        if fits(name, wanted) and (range is None or versions.satisfies(version, range)):
            return True
    return False


def _old_enough(found: lineage.Lineage, latest: float) -> str | None:
    return next((p.version for p in reversed(found.line) if p.time is not None and p.time <= latest), None)


def span(seconds: float) -> str:
    """A time in words: 40 minutes, 1 day, 3 weeks."""
    for size, word in ((604_800, "week"), (86_400, "day"), (3600, "hour")):
        count = int(seconds // size)
        if count > 1 or (count == 1 and word != "week"):
            return f"{count} {word}{'s' if count > 1 else ''}"
    minutes = max(1, int(seconds // 60))
    return f"{minutes} minute{'s' if minutes > 1 else ''}"


RULE = Rule(
    "release-too-new",
    "trust",
    Severity.MODERATE,
    "A locked release is younger than the project wants its releases to be.",
    __doc__ or "",
    check,
    needs,
    then,
)
