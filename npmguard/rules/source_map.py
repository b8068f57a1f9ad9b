"""Source maps of the package carry sources that it does not hold.

Looks at packed source maps whose `sourcesContent` holds the text of files, and leaves out those whose sources
are in the package too, and what comes from other packages. Says how much source that is, and where paths of
somebody's machine show.

Why it matters
    A source map with its sources is the whole program as it was written, comments included. On 31 March 2026
    Claude Code 2.1.88 went out with a map of some 60 MB beside its bundle: within hours about 1,900 files of
    a program that was never meant to be open were mirrored everywhere, and nothing could call them back.

Bad
    dist/cli.js
    dist/cli.js.map     with sourcesContent

Good
    "files": ["dist", "!dist/**/*.map"]

How to fix
    Leave the maps out by the line that the finding names, or build them without sources:
    tsc: "inlineSources": false; esbuild: --sources-content=false; rollup: output.sourcemapExcludeSources
    If the sources are meant to be seen, nothing is wrong: pack them beside the maps, or skip this rule.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from npmguard import text
from npmguard.model import Evidence, Finding, Project, Severity, SourceMap
from npmguard.rules import publishing
from npmguard.rules.base import Rule
from npmguard.rules.publishing import shown, size
from npmguard.settings import Settings
from npmguard.text import count

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):/{0,3}", re.IGNORECASE)
_HOME = re.compile(r"(?:^|/)(?:Users|home|root)/|^[A-Za-z]:[\\/]|^/(?!/)")
_NOT_OURS = ("node_modules/", "webpack/", "(webpack)", "external ", "\0", "<anon", "<define", "native:")


def check(project: Project, evidence: Evidence, settings: Settings) -> Iterator[Finding]:
    packed = project.packed
    if packed is None or not packed.maps:
        return
    files = frozenset(file.path for file in packed.files)
    telling = [(map, found) for map in packed.maps if (found := _hidden(map, files))]
    if not telling:
        return
    sources = list(dict.fromkeys(source for _, found in telling for source in found))
    homes = [source for source in sources if _HOME.search(source.removeprefix("file://"))]
    weight = sum(map.size for map, _ in telling)
    why = publishing.closed(project)
    maps = [map.path for map, _ in telling]
    pattern = maps[0] if len(maps) == 1 else "**/*.map"
    advice, fix = publishing.keep_out(project, packed, pattern)
    one = len(maps) == 1
    title = (
        f"{shown(maps[0])} carries {count(len(sources), 'source file')}"
        if one
        else f"{len(maps):,} source maps carry {count(len(sources), 'source file')}"
    )
    listed = text.some(map(shown, sources), 3)
    detail = f"{size(weight)} of source text that the package does not hold itself: {listed}. "
    if homes:
        detail += f"Paths of somebody's machine show, such as {shown(homes[0])}. "
    if why:
        detail += f"The package does not look open: {' and '.join(why)}. "
    yield Finding(
        "source-map",
        Severity.MODERATE if why else Severity.LOW,
        f"{title} ({size(weight)})",
        detail + advice,
        fix=fix,
        location=publishing.place(project, maps[0]),
        subject="maps",
    )


def _hidden(map: SourceMap, files: frozenset[str]) -> list[str]:
    """The sources of a map that are the package's own and not in it."""
    return [source for source in map.sources if _ours(source) and not _packed(map.path, source, files)]


def _ours(source: str) -> bool:
    return bool(source) and not any(word in source for word in _NOT_OURS)


def _packed(map: str, source: str, files: frozenset[str]) -> bool:
    """Does the package hold that source, by any of the ways in which maps name theirs?"""
    plain = source.replace("\\", "/").partition("?")[0]
    scheme = _SCHEME.match(plain)
    if scheme is None:
        return posixpath.normpath(posixpath.join(posixpath.dirname(map), plain)) in files
    # webpack://name/./src/a.ts, ng://name/src/a.ts: with or without the name before the path
    rest = posixpath.normpath(plain[scheme.end() :].lstrip("/"))
    return rest in files or rest.partition("/")[2] in files


RULE = Rule(
    "source-map",
    "publish",
    Severity.LOW,
    "Source maps of the package carry sources that it does not hold.",
    __doc__ or "",
    check,
)
