"""The lines that findings point to. Worked out last, and only for what is pointed to."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping

from npmguard.errors import InputError
from npmguard.model import Finding, Location, Project


def placed(
    findings: Iterable[Finding], project: Project, texts: Mapping[str, bytes] | None = None
) -> Iterator[Finding]:
    """The findings with the line numbers of their pointers, as far as those lead to something.

    `texts` are files that are not read from the disk, as they lie in a tarball.
    """
    found = list(findings)
    wanted: dict[str, set[str]] = {}
    for finding in found:
        place = finding.location
        if place is not None and place.pointer and place.line is None:
            wanted.setdefault(place.file, set()).add(place.pointer)
    lines = {
        file: _lines(file, frozenset(pointers), project, (texts or {}).get(file))
        for file, pointers in wanted.items()
    }
    for finding in found:
        place = finding.location
        if place is not None and place.line is None:
            number = 1 if place.pointer == "" else lines.get(place.file, {}).get(place.pointer or "")
            finding = finding._replace(location=Location(place.file, place.pointer, number))
        yield finding


def _lines(file: str, pointers: frozenset[str], project: Project, data: bytes | None) -> Mapping[str, int]:
    """The lines of pointers into one file, by the form that its name tells."""
    lockfile = project.lockfile
    if lockfile is not None and file == lockfile.file and lockfile.graph.locate is not None:
        return lockfile.graph.locate(pointers)
    from npmguard.project.files import read

    try:
        text = (read(file, file) if data is None else data).decode(errors="replace")
    except InputError:
        return {}
    if file.endswith((".yaml", ".yml")):
        from npmguard import yamltext

        return yamltext.lines(text, pointers)
    if file.endswith(".toml"):
        from npmguard import tomltext

        return tomltext.lines(text, pointers)
    if os.path.basename(file) == ".npmrc":
        from npmguard.project import npmrc

        return npmrc.lines(text, pointers)
    from npmguard.jsontext import Places

    return Places(text).lines(pointers)
