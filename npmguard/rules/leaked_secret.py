"""A file of the package holds a secret.

Reads every file that would be packed, what lies in archives, source maps and encodings inside them too, and
names the issuer, the place, the first four characters and the length of each secret: never more of it.
Where a format carries a checksum it was checked; a format that leaves a doubt, and a private key among tests,
weigh less. An .npmrc beside the packed files is read too: npm leaves it out, others do not. No secret is
tried out with its issuer.

Why it matters
    What is published is read within minutes, by people who look for nothing else, and deleting the version
    takes nothing back: mirrors have it. In 2018 npm began to search every new release for its own tokens,
    since so many came with one; whoever finds one first can publish in your name, which is how worms such as
    Shai-Hulud (2025) went from package to package.

Bad
    const client = new Client({ token: "ghp_..." })

Good
    const client = new Client({ token: process.env.GITHUB_TOKEN })

How to fix
    1. Revoke it first, where the finding says: it may be in an earlier release or in the repository as well.
    2. Take it out of the file, and read it from the environment.
    3. Look again with npmguard prepublish, and only then publish.
    What is made up, in an example or a test, can be noted: an [[ignore]] with the detector as its id.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from npmguard import text
from npmguard.model import Confidence, Evidence, Finding, Fix, Leak, Project, Severity
from npmguard.rules import publishing, revoking
from npmguard.rules.base import Rule
from npmguard.rules.publishing import shown
from npmguard.settings import Settings

# What stands for an issuer where a secret has none, and is said by its kind already
_NOBODY = ("Private key", "Password", "JSON web token")
_SEVERITIES = {"high": Severity.CRITICAL, "medium": Severity.HIGH, "low": Severity.MODERATE}


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding]:
    if project.packed is None:
        return
    alike: dict[tuple[str, str, str, str | None, str], list[Leak]] = {}
    for leak in project.packed.leaks:
        alike.setdefault((leak.path, leak.detector, leak.redacted, leak.within, leak.confidence), []).append(
            leak
        )
    for leaks in alike.values():
        yield _finding(project, leaks)
    for leak in project.packed.left_out:
        yield _left_out(project, leak)


def _left_out(project: Project, leak: Leak) -> Finding:
    """A secret in an .npmrc: not in npm's tarball, and nowhere safe either."""
    what = text.one_line(f"{leak.issuer} {leak.what}", 80)
    return Finding(
        "leaked-secret",
        Severity.MODERATE,
        f"{what} in {shown(leak.path)}, which npm leaves out",
        f"Line {leak.line}: {text.one_line(leak.redacted, 60)}. npm never packs an .npmrc, but yarn 4 does, "
        f"and so does whoever zips the folder. First {revoking.how(leak.issuer, leak.what)}; then have the "
        "file name a variable (${NPM_TOKEN}) instead.",
        Confidence(leak.confidence if leak.confidence in _SEVERITIES else "low"),
        fix=Fix("remove"),
        location=publishing.place(project, leak.path, leak.line if leak.line > 0 else None),
        ids=(leak.detector,),
        subject=f"{leak.detector} {leak.path} {leak.redacted}",
    )


def _finding(project: Project, leaks: Sequence[Leak]) -> Finding:
    leak = leaks[0]
    lines = sorted({leak.line for leak in leaks})
    issuer = "" if leak.issuer in _NOBODY else leak.issuer
    what = text.one_line(f"{issuer} {leak.what}".strip(), 80)
    what = what if issuer else what[:1].upper() + what[1:]
    confidence = leak.confidence if leak.confidence in _SEVERITIES else "low"
    severity = _SEVERITIES[confidence]
    doubt = {
        "high": "",
        "medium": "It looks like one, and nothing in it can be checked. ",
        "low": "It may be none: something with a telling name has a value that looks random. ",
    }[confidence]
    if publishing.is_key(leak) and publishing.is_sample(leak.path):
        severity, confidence = min(severity, Severity.MODERATE), "low"
        doubt = "It lies among tests or examples, and may be made for them. "
    within = f", in {text.one_line(leak.within, 120)}" if leak.within else ""
    return Finding(
        "leaked-secret",
        severity,
        f"{what} in {shown(leak.path)}",
        f"{_at(lines)}{within}: {text.one_line(leak.redacted, 60)}. {doubt}"
        f"First {revoking.how(leak.issuer, leak.what)}; then take it out of the file; then publish.",
        Confidence(confidence),
        fix=Fix("remove"),
        location=publishing.place(project, leak.path, lines[0] if lines[0] > 0 else None),
        ids=(leak.detector,),
        subject=f"{leak.detector} {leak.path} {leak.within or ''} {leak.redacted}",
    )


def _at(lines: Sequence[int]) -> str:
    """`Line 3`, or several of them: what is shown of two secrets may be the same."""
    if len(lines) == 1:
        return f"Line {lines[0]}"
    return f"Lines {text.some(map(str, lines), 8)} (the same one, or several that begin alike)"


RULE = Rule(
    "leaked-secret",
    "publish",
    Severity.CRITICAL,
    "A file of the package holds a secret.",
    __doc__ or "",
    check,
)
