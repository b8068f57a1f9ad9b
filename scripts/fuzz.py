"""Feeds the lockfile readers with mutated lockfiles: python scripts/fuzz.py SECONDS FILE...

Each mutation of each file is read, its edges are linked and its places located. Whatever is raised but an
InputError is a defect: the input is kept beside, with the traceback, and the run ends with 1. A run is told
by its seed (the first argument may be SECONDS@SEED), so that it can be made again.
"""

from __future__ import annotations

import os
import random
import re
import sys
import time
import traceback
from pathlib import Path

from npmguard.errors import InputError
from npmguard.lockfiles import BY_FILE

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


def main(words: list[str]) -> int:
    seconds, _, seed = words[0].partition("@")
    chance = random.Random(int(seed or 0))  # noqa: S311 - a seed is what is wanted
    files = [(os.path.basename(path), Path(path).read_bytes(), path) for path in words[1:]]
    for name, data, path in files:
        assert read(data, name), f"{path} is not read as it is"
    counts = {path: [0, 0] for path in words[1:]}
    slowest = (0.0, "")
    end = time.monotonic() + float(seconds)
    while time.monotonic() < end:
        name, data, path = chance.choice(files)
        data = mutated(data, chance)
        began = time.process_time()
        try:
            counts[path][read(data, name)] += 1
        except Exception:
            traceback.print_exc()
            kept = f"fuzz-{name}"
            Path(kept).write_bytes(data)
            print(f"{path}: kept as {kept}")
            return 1
        slowest = max(slowest, (time.process_time() - began, path))
    for path, (refused, taken) in counts.items():
        print(f"{path}: {refused + taken} mutations, {taken} read, {refused} refused")
    print(f"slowest: {slowest[0]:.2f} s ({slowest[1]})")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
