"""Feeds npmguard with mutated files: python scripts/fuzz.py SECONDS PATH...

A path is a lockfile, or the folder of a whole project. Each mutation of a lockfile is read, its edges are
linked and its places located; of a project, one file is mutated, and it is audited offline and reported.
Whatever is raised but an error that npmguard raises on purpose is a defect: the input is kept in the working
directory, with the traceback, and the run ends with 1. A run is told by its seed (the first argument may be
SECONDS@SEED), so that it can be made again.
"""

from __future__ import annotations

import random
import re
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

from npmguard import audit
from npmguard.errors import InputError, NpmguardError
from npmguard.lockfiles import BY_FILE
from npmguard.reports import console
from npmguard.reports import json as report_json
from npmguard.settings import Options

_TOKEN = re.compile(rb"[\w.@^~+/-]+|\s+|[^\w\s]")
_ODD = (
    b"",
    b"\0",
    b"\xff",
    b"\t",
    b"\r\n",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b'"',
    b"'",
    b"- ",
    b"? ",
    b"&a ",
    b"*a ",
    b"!!str ",
    b"|",
    b">-",
    b"#",
    b"---\n",
    b"null",
    b"true",
    b"-1",
    b"1e999",
    b"99999999999999999999",
    b"()",
    b"(",
    b"@",
    b"/",
    b"..",
    b"npm:",
    b"workspace:",
    b"link:",
    b"patch:",
    b"file:",
    b"git+ssh://",
    b"virtual:",
    b"\xef\xbb\xbf",
    b"<<<<<<< HEAD\n",
    b"=======\n",
    b"__proto__",
    b"constructor",
    b"\\u0000",
    b"\\",
    b"  " * 50,
    b"[" * 300,
)


def mutated(data: bytes, random: random.Random) -> bytes:
    """The data with a few changes: of lines, of tokens, of bytes, or cut off."""
    for _ in range(random.choice((1, 1, 2, 4, 12))):
        kind = random.randrange(7)
        if kind == 0:
            lines = data.split(b"\n")
            del lines[random.randrange(len(lines))]
            data = b"\n".join(lines)
        elif kind == 1:
            lines = data.split(b"\n")
            lines.insert(random.randrange(len(lines)), lines[random.randrange(len(lines))])
            data = b"\n".join(lines)
        elif kind == 2:
            data = data[: random.randrange(len(data) + 1)]
        elif kind in (3, 4):
            at = random.randrange(len(data) + 1)
            found = _TOKEN.search(data, at)
            if found is not None:
                other = _TOKEN.search(data, random.randrange(len(data) + 1))
                new = random.choice(_ODD) if kind == 3 or other is None else other[0]
                data = data[: found.start()] + new + data[found.end() :]
        elif kind == 5:
            at = random.randrange(len(data) + 1)
            data = data[:at] + random.choice(_ODD) + data[at:]
        elif data:
            at = random.randrange(len(data))
            data = data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]
        if not data:
            break
    return data


def read(data: bytes, name: str) -> bool:
    """Is it read (True) or refused (False)? Raises whatever a reader raises beside InputError."""
    try:
        graph = BY_FILE[name].parse(data, name)
        assert graph.edges is not None
        assert all(
            edge.target is None or edge.target in graph.nodes for e in graph.edges.values() for edge in e
        )
        pointers = frozenset(package.pointer for package in list(graph.packages)[:50])
        if graph.locate is not None:
            assert all(line >= 1 for line in graph.locate(pointers).values())
    except InputError:
        return False
    return True


def audited(project: Path, file: Path, data: bytes) -> bool:
    """Is the project audited with this text in place of the file's (True), or refused (False)?"""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        shutil.copytree(project, copy)
        (copy / file.relative_to(project)).write_bytes(data)
        try:
            report = audit.check([copy], Options(offline=True))
        except NpmguardError:
            return False
        console.render(report, verbose=True)
        report_json.render(report)
    return True


def attempt(path: Path, file: Path, data: bytes) -> bool:
    return audited(path, file, data) if path.is_dir() else read(data, path.name)


def main(words: list[str]) -> int:
    seconds, _, seed = words[0].partition("@")
    chance = random.Random(int(seed or 0))  # noqa: S311 - a seed is what is wanted
    files = [
        (path, file)
        for path in map(Path, words[1:])
        for file in ([p for p in path.rglob("*") if p.is_file()] if path.is_dir() else [path])
    ]
    for path, file in files:
        assert attempt(path, file, file.read_bytes()), f"{file} is not read as it is"
    counts = {path: [0, 0] for path, _ in files}
    slowest = (0.0, "")
    end = time.monotonic() + float(seconds)
    while time.monotonic() < end:
        path, file = chance.choice(files)
        data = mutated(file.read_bytes(), chance)
        began = time.process_time()
        try:
            counts[path][attempt(path, file, data)] += 1
        except Exception:
            traceback.print_exc()
            kept = f"fuzz-{file.name}"
            Path(kept).write_bytes(data)
            print(f"{file}: kept as {kept}")
            return 1
        slowest = max(slowest, (time.process_time() - began, str(file)))
    for path, (refused, taken) in counts.items():
        print(f"{path}: {refused + taken} mutations, {taken} read, {refused} refused")
    print(f"slowest: {slowest[0]:.2f} s ({slowest[1]})")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
