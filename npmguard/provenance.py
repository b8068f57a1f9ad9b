"""Where a release was built, by what is attested about it. None of it is verified, and all words say so."""

from __future__ import annotations

import re
from collections.abc import Iterable

from npmguard import text
from npmguard.model import Attestation

_LABELS = ("repository", "workflow", "ref", "commit", "builder", "run")
_HOSTS = {"github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org"}
_LONGEST = 1000  # characters of an address that are read
_SHORT = re.compile(r"(?:(github|gitlab|bitbucket):)?([\w.-]+/[\w.-]+)")
_URL = re.compile(
    r"(?:git\+)?(?:\w+://)?(?:[^@/]*@)?([\w.-]+)(?::\d+(?=/))?[:/]+([^#?]+)(?:[#?].*)?", re.DOTALL
)


def facts(attestations: Iterable[Attestation]) -> list[tuple[str, str]]:
    """(what, its value) of where a release was built: repository, workflow, ref, commit, builder, run.

    Empty where no attestation tells. The values are text from outside, on one line each.
    """
    for found in attestations:
        if found.repository is not None or found.builder is not None:
            values = ((label, getattr(found, label)) for label in _LABELS)
            return [(label, text.one_line(value, 200)) for label, value in values if value]
    return []


def sentence(attestations: Iterable[Attestation]) -> str:
    """The same as one sentence, or nothing where nothing is told."""
    known = dict(facts(attestations))
    if not known:
        return ""
    parts = [f"from {known['repository']}" if "repository" in known else "from an unnamed repository"]
    if "commit" in known:
        parts.append(f"at commit {known['commit'][:12]}")
    if "workflow" in known:
        parts.append(f"by {known['workflow']}")
    if "builder" in known:
        parts.append(f"on {known['builder']}")
    return f"Attested, unverified: built {' '.join(parts)}."


def place(repository: str) -> tuple[str, str] | None:
    """(host, path) of a repository in any of the ways that package.json writes one, for comparing; or None.

    Case does not count, nor does `.git`, the protocol, a user name or what follows in the path of a
    folder of it (`/tree/main/packages/a`).
    """
    repository = repository.strip()[:_LONGEST]
    short = _SHORT.fullmatch(repository)
    if short is not None:
        host, path = _HOSTS[short[1] or "github"], short[2]
    else:
        found = _URL.fullmatch(repository)
        if found is None:
            return None
        host, path = found[1], found[2]
    path = re.split(r"/(?:-/)?(?:tree|blob|src)/", path.strip("/"))[0]
    host = host.lower().removeprefix("www.")
    return (host, path.lower().removesuffix(".git")) if "/" in path else None
