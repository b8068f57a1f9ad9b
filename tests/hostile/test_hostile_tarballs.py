"""Archives made to hang, to fill the memory, or to show one program what another does not see."""

import gzip
import json
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from support.tarballs import END, entry, header, pax, record, tgz

from npmguard.errors import InputError
from npmguard.packing import tarball

LATER = entry("package/later")
PAX_SIZE = record(b"size", b"1536")

# What programs read differently: npm, Python, GNU tar and bsdtar do not agree on what is in there.
DECEPTIVE: list[tuple[str, tuple[bytes, ...], str]] = [
    ("a wrong checksum", (header("package/a", checksum=1), LATER), "a checksum is wrong"),
    (
        "a signed checksum",
        (header("package/\u00e9", checksum=sum(header("package/\u00e9")) - 1024),),
        "checksum",
    ),
    ("no name", (entry(""), LATER), "an entry without a name"),
    ("a name behind a name", (entry(b"package/a\0b\nc"),), "a name goes on behind its end"),
    ("a link with content", (header("package/l", 512, b"1", link=b"a"), LATER), "is a link with content"),
    ("a file with a target", (entry("package/f", link=b"a"), LATER), "a file with a link's target"),
    ("a negative size", (header("package/n", size_field=b"-0000000001\0"),), "a size is no number"),
    ("a size in words", (header("package/n", size_field=b"many\0       "),), "a size is no number"),
    ("a size in decimals", (header("package/n", size_field=b"18\0         "),), "a size is no number"),
    ("a negative size in base 256", (header("package/n", size_field=b"\xff" * 12),), "a size is negative"),
    (
        "a huge size in base 256",
        (header("package/n", size_field=b"\x80" + b"\x7f" * 11),),
        "beyond all bounds",
    ),
    ("another base 256", (header("package/n", size_field=b"\x81" + bytes(11)),), "beyond all bounds"),
    (
        "a pax size that hides",
        (pax(PAX_SIZE), entry("package/s"), LATER),
        "another size than the entry's own",
    ),
    ("a pax size that shows", (pax(record(b"size", b"0")), entry("package/s", LATER)), "another size"),
    ("a negative pax size", (pax(record(b"size", b"-5")), entry("package/s")), "a size that is no number"),
    (
        "a hexadecimal pax size",
        (pax(record(b"size", b"0x1")), entry("package/s")),
        "a size that is no number",
    ),
    ("a pax size twice", (pax(PAX_SIZE, PAX_SIZE), entry("package/s")), "two of size"),
    ("a pax size for all", (pax(PAX_SIZE, type=b"g"), LATER), "one path or size to all of them"),
    ("a pax path for all", (pax(record(b"path", b"package/g"), type=b"g"), LATER), "one path or size"),
    ("a pax path with a NUL", (pax(record(b"path", b"package/a\0b")), LATER), "a NUL or a line's end"),
    ("a pax path of two lines", (pax(record(b"path", b"package/a\nb")), LATER), "a NUL or a line's end"),
    (
        "a pax path twice",
        (pax(record(b"path", b"package/a"), record(b"path", b"package/b")), LATER),
        "two of path",
    ),
    (
        "two pax headers",
        (pax(record(b"path", b"a/b")), pax(record(b"path", b"a/c")), LATER),
        "several extended",
    ),
    ("a hundred pax headers", (*[pax(record(b"k", b"v"))] * 100, LATER), "several extended headers"),
    ("two GNU names", (*[entry("L", b"package/l\0", b"L")] * 2, LATER), "several extended headers"),
    ("two names", (pax(record(b"path", b"a/b")), entry("L", b"a/c\0", b"L"), LATER), "two names"),
    ("a pax record too long", (pax(b"99 path=package/a\n"), LATER), "an extended header is broken"),
    ("a pax record too short", (pax(b"9 path=package/a\n"), LATER), "an extended header is broken"),
    ("a pax record of no length", (pax(b"0 path=package/a\n"), LATER), "an extended header is broken"),
    ("a pax header of words", (pax(b"hello"), LATER), "an extended header is broken"),
    ("a huge pax header", (pax(record(b"comment", b"c" * (1 << 20))), LATER), "of more than 1 MiB"),
    ("a pax header and no more", (pax(record(b"k", b"v")),), "cut off in the middle of a header"),
    ("a sparse file", (entry("package/s", type=b"S"), LATER), "a sparse file"),
    ("a sparse file in pax", (pax(record(b"GNU.sparse.major", b"1")), LATER), "a sparse file"),
    ("a deep path", (pax(record(b"path", b"a/" * 1100 + b"x")), LATER), "more than 1,024 folders"),
    ("a long path", (pax(record(b"path", b"aaaaaaaaa/" * 500)), LATER), "more than 4,096 characters"),
    ("a long name", (pax(record(b"path", b"package/" + b"a" * 256)), LATER), "more than 255 characters"),
]


@pytest.mark.parametrize(("parts", "says"), [d[1:] for d in DECEPTIVE], ids=[d[0] for d in DECEPTIVE])
def test_what_programs_read_differently_is_refused(parts: tuple[bytes, ...], says: str) -> None:
    with pytest.raises(InputError) as caught:
        tarball.read(tgz(*parts, end=END if says != "cut off in the middle of a header" else b""), "x.tgz")
    assert says in str(caught.value)
    assert str(caught.value).startswith("x.tgz: ")
    assert "\n" not in str(caught.value)


# -- bombs


def zeros(gib: int) -> Iterable[bytes]:
    """A gzip file of that many GiB of zeros: the same deflated block again and again."""
    packer = zlib.compressobj(9, wbits=-15)
    packer.compress(bytes(1 << 20))
    packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    first = packer.compress(header("package/zeros", size_field=b"\x80" + (gib << 30).to_bytes(11, "big")))
    yield b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + first + packer.flush(zlib.Z_FULL_FLUSH)
    for _ in range(gib << 10):
        yield block


def entries(number: int, name: bytes = b"package/%x") -> Iterable[bytes]:
    """That many empty files, packed."""
    packer = zlib.compressobj(1, wbits=31)
    template = header(b"package/")
    base = sum(template) - sum(b"package/") - sum(template[148:156]) + 256
    for start in range(0, number, 1000):
        part = bytearray()
        for at in range(start, start + 1000):
            path = name % at if b"%" in name else name
            part += path.ljust(100, b"\0") + template[100:148]
            part += b"%06o\0 " % (base + sum(path)) + template[156:]
        yield packer.compress(bytes(part))
    yield packer.compress(END) + packer.flush()


def packed(parts: Iterable[bytes]) -> Iterable[bytes]:
    packer = zlib.compressobj(1, wbits=31)
    for part in parts:
        yield packer.compress(part)
    yield packer.compress(END) + packer.flush()


def noise(size: int) -> bytes:
    """Bytes that do not compress."""
    from random import Random

    return Random(size).randbytes(size)


def long_paths() -> Iterable[bytes]:
    text = noise(3000).hex().encode()
    for at in range(20_000):
        name = b"package/" + b"/".join(text[at % 900 + k * 200 :][:200] for k in range(15)) + b"/%d" % at
        yield entry("L", name + b"\0", b"L") + header("s")


BOMBS: dict[str, tuple[Callable[[], Iterable[bytes]], str]] = {
    "10 GiB of zeros": (lambda: zeros(10), "unpacks to more than 200 times its size"),
    "1 to 1000": (lambda: zeros(1), "unpacks to more than 200 times its size"),
    "a million entries": (lambda: entries(1_000_000), "more than 200,000 entries"),
    "a million odd entries": (
        lambda: entries(300_000, b"package/../con/\x1b/%x. "),
        "more than 200,000 entries",
    ),
    "a million clashes": (lambda: entries(300_000, b"package/a"), "more than 200,000 entries"),
    "4 GiB that are not there": (lambda: packed([header("package/a", 4 << 30)]), "cut off in the middle of"),
    "4 GiB of a header": (
        lambda: packed([header("x", 4 << 30, b"x")]),
        "an extended header of more than 1 MiB",
    ),
    "a stream of records": (
        lambda: packed(pax(b"6 a=b\n" * 170_000) + entry(f"package/{n}", noise(9000)) for n in range(99)),
        "more than 2,000,000 records",
    ),
    "a stream of extended headers": (
        lambda: packed(pax(record(b"k", noise(1 << 19))) + header(f"package/{n}") for n in range(200)),
        "extended headers of more than 64 MiB",
    ),
    "a stream of long paths": (lambda: packed(long_paths()), "paths of more than 16 MiB"),
    "a stream of gzip files": (lambda: [gzip.compress(b"") * 100_000], "more than 20,000 gzip files in one"),
    "300 MiB": (lambda: [noise(1 << 20)] * 300, "no tar archive"),
    "300 MiB in a file": (
        lambda: [header("package/a", 400 << 20), *[noise(1 << 20)] * 300],
        "larger than npmguard reads (256 MiB)",
    ),
}
READ = """
import json, sys, time
from npmguard.errors import InputError
from npmguard.packing import tarball
began = time.process_time()
try:
    with open(sys.argv[1], "rb") as file:
        tarball.read(file, "x.tgz")
    said = ""
except InputError as error:
    said = str(error)
seconds = time.process_time() - began
memory = 0
if sys.platform == "linux":  # elsewhere it is not told apart from the parent's
    with open("/proc/self/status") as status:
        memory = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
print(json.dumps([said, seconds, memory >> 10]))
"""


@pytest.mark.parametrize(("make", "says"), BOMBS.values(), ids=BOMBS)
def test_a_bomb_goes_out(tmp_path: Path, make: Callable[[], Iterable[bytes]], says: str) -> None:
    with (tmp_path / "bomb.tgz").open("wb") as out:
        out.writelines(make())
    done = subprocess.run(
        [sys.executable, "-c", READ, str(tmp_path / "bomb.tgz")], capture_output=True, timeout=60, check=True
    )
    said, seconds, mib = json.loads(done.stdout)
    assert says in said
    assert seconds < 8  # as a rule under 2; the machine may be slow
    assert mib < 150


def test_the_largest_files_that_are_read_take_no_more(tmp_path: Path) -> None:
    with (tmp_path / "large.tgz").open("wb") as out:
        out.writelines(packed(entry(f"package/{n}", noise(32 << 20)) for n in range(3)))
    done = subprocess.run(
        [sys.executable, "-c", READ, str(tmp_path / "large.tgz")], capture_output=True, timeout=60, check=True
    )
    said, _, mib = json.loads(done.stdout)
    assert said == ""
    assert mib < 150
