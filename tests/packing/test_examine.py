"""A package is gone through once: its leaks with their lines, its source maps, and what was not read."""

import gzip
import io
import json
import os
import tarfile
import time
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.fakes import filled

from npmguard.model.packed import Leak, PackedFile, SourceMap
from npmguard.packing import nested
from npmguard.packing.examine import Examined, examine
from npmguard.secrets.confirming import MOST

SECRET = filled("ghp_{alnum:30}{crc}").encode()
ENV = b"# settings\nGITHUB_TOKEN=" + SECRET + b"\n"


def examined(**files: bytes | str | None) -> Examined:
    return examine((PackedFile(path, len(content or ""), 0o644), content) for path, content in files.items())


def leak(path: str, line: int, within: str | None = None) -> Leak:
    return Leak(
        path,
        line,
        "github-personal-token",
        "GitHub",
        "personal access token",
        "high",
        f"{SECRET[:4].decode()}… (40 characters)",
        within,
    )


def zipped(*members: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return file.getvalue()


def tarred(*members: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


# -- files


def test_leaks_come_with_their_lines() -> None:
    text = b"a\n" + SECRET + b"\r\n\r\n" + SECRET + b" " + SECRET + b"\n"
    found = examined(a=b"nothing", b=text)
    assert found == Examined((leak("b", 2), leak("b", 4), leak("b", 4)), (), ())


def test_what_is_not_read_is_told() -> None:
    assert examined(a=None, b="it is a link", c=b"").unread == (("a", "too large"), ("b", "it is a link"))


def test_what_has_too_many_candidates_is_told() -> None:
    found = examined(a=b"ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n" * (MOST + 1))
    ((path, reason),) = found.unread
    assert path == "a"
    assert reason.startswith("more than 10,000 places in it look like a secret (github-personal-token): ")


def test_source_maps_are_told_with_their_sources() -> None:
    text = {"version": 3, "sources": ["a.ts", "b.ts"], "sourcesContent": ["aé", f"\n{SECRET.decode()}"]}
    found = examined(**{"a.js.map": json.dumps(text).encode(), "b.js.map": b'{"sources": []}', "c.map": b"x"})
    assert found.maps == (SourceMap("a.js.map", ("a.ts", "b.ts"), 3 + 41),)
    assert found.leaks == (leak("a.js.map", 1, "sourcesContent of b.ts"),)


# -- archives


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("a.zip", zipped(("x/readme", b"x"), ("x/.env", ENV))),
        ("a.zip", zipped(("x/.env", ENV), compression=zipfile.ZIP_STORED)),
        ("a.zip", zipped(("x/.env", ENV), compression=zipfile.ZIP_LZMA)),
        ("a.jar", zipped(("META-INF/", b""), ("x/.env", ENV))),
        ("a.tar", tarred(("x/readme", b"x"), ("x/.env", ENV))),
        ("a.tgz", gzip.compress(tarred(("x/readme", b"x"), ("x/.env", ENV)))),
        ("a.tar.gz", gzip.compress(tarred(("x/.env", ENV)))),
    ],
)
def test_members_of_archives_are_looked_at(path: str, data: bytes) -> None:
    assert examined(**{path: data}) == Examined((leak(path, 2, "x/.env"),), (), ())


def test_a_file_in_gzip_is_looked_at() -> None:
    for data in (gzip.compress(ENV), gzip.compress(b"# settings\n") + gzip.compress(ENV[11:])):
        assert examined(**{"lib/.env.gz": data}) == Examined((leak("lib/.env.gz", 2, ".env"),), (), ())


def test_what_is_encoded_in_a_member_says_both() -> None:
    import base64

    data = zipped(("k8s.yaml", b"kind: Secret\ntoken: " + base64.b64encode(b" token: " + SECRET + b"     ")))
    assert examined(a=data).leaks == (leak("a", 2, "base64 in k8s.yaml"),)


def test_archives_in_archives_are_left() -> None:
    assert examined(a=zipped(("b.zip", zipped((".env", ENV))))) == Examined((), (), ())


def test_members_that_cannot_be_read_are_told_and_the_others_read() -> None:
    data = bytearray(zipped(("a", b"a"), (".env", ENV), ("c", b"c")))
    data[data.index(b"PK\1\2") + 8] |= 1  # encrypted, says the list
    broken = data.rindex(b"PK\1\2")
    data[broken + 10] = 99  # a compression that nobody knows
    assert examined(x=bytes(data)) == Examined(
        (leak("x", 2, ".env"),),
        (),
        (("x", "a in it: it is encrypted"), ("x", "c in it: it cannot be unpacked")),
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (zipped(("a", b"a"))[:-30], "a zip file that is cut off"),
        (b"PK\3\4" + b"\0" * 100, "a zip file that is cut off"),
        (
            b"PK\3\4" + b"\0" * 100 + b"PK\5\6" + b"\0" * 4 + b"\1\0\1\0" + b"\x40\0\0\0\0\0\0\0\0\0",
            "broken zip",
        ),
        (gzip.compress(ENV * 100)[:-20], "a gzip file that is cut off"),
        (b"\x1f\x8b\x08" + b"\xff" * 50, "a broken gzip file"),
        (gzip.compress(tarred(("a", b"a" * 2000))[:1200]), "a broken tar file"),
        (tarred(("a", b"a"))[:257] + b"ustar" + b"\xff" * 2000, "a broken tar file"),
    ],
    ids=range(7),
)
def test_broken_archives_are_told(data: bytes, reason: str) -> None:
    found = examined(a=data)
    assert [path for path, _ in found.unread] == ["a"]
    assert reason in found.unread[0][1]


def test_bombs_are_told_and_not_unpacked() -> None:
    before = time.process_time()
    zeros = bytes(64 << 20)
    bombs = {
        "a.zip": zipped(*((f"{number}", zeros[: 15 << 20]) for number in range(9))),
        "b.gz": gzip.compress(zeros),
        "c.tgz": gzip.compress(tarred(("a", zeros))),
    }
    made = time.process_time() - before
    found = examined(**bombs)
    assert found.unread == (
        ("a.zip", "it unpacks to more than 200 times its size"),
        ("b.gz", "it unpacks to more than 200 times its size"),
        ("c.tgz", "it unpacks to more than 200 times its size"),
    )
    assert time.process_time() - before - made < 5


def test_a_large_member_is_left() -> None:
    noise = os.urandom((16 << 20) + 1)
    for name, data in (
        ("a.zip", zipped(("big", noise), (".env", ENV), compression=zipfile.ZIP_STORED)),
        ("a.tar", tarred(("big", noise), (".env", ENV))),
    ):
        found = examined(**{name: data})
        assert found == Examined((leak(name, 2, ".env"),), (), ((name, "big in it: larger than 16 MiB"),))


def test_members_that_overlap_are_not_unpacked() -> None:
    """As in the bombs of David Fifield's: every member of the list is the same bytes of the file."""
    data = zipped(("a", zlib.compress(b"x" * 1000)))
    at, end = data.index(b"PK\1\2"), data.index(b"PK\5\6")
    entry = data[at:end]
    count = 50
    tail = bytearray(data[end:])
    tail[8:12] = count.to_bytes(2, "little") * 2
    tail[12:16] = (len(entry) * count).to_bytes(4, "little")
    found = examined(a=data[:at] + entry * count + bytes(tail))
    assert found == Examined((), (), (("a", "its members overlap, as in a zip bomb"),))


def test_a_million_members_are_not_read() -> None:
    entry = zipped(("a", b""))
    at, end = entry.index(b"PK\1\2"), entry.index(b"PK\5\6")
    count = 1_000_000
    tail = bytearray(entry[end:])
    tail[8:12] = b"\xff\xff\xff\xff"
    tail[12:16] = ((end - at) * count).to_bytes(4, "little")
    data = entry[:at] + entry[at:end] * count + bytes(tail)
    before = time.process_time()
    assert examined(a=data).unread == (("a", "more than 10,000 files"),)
    assert time.process_time() - before < 2


def test_more_members_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nested, "MOST_MEMBERS", 3)
    members = [(f"{number}", ENV) for number in range(4)]
    assert examined(a=zipped(*members)).unread == (("a", "more than 3 files"),)
    found = examined(a=tarred(*members))
    assert found.unread == (("a", "more than 3 files"),)
    assert len(found.leaks) == 3


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(
        [zipped((".env", ENV), ("b", b"b" * 3000)), gzip.compress(tarred((".env", ENV))), tarred(("a", ENV))]
    ),
    st.lists(st.tuples(st.integers(0, 4000), st.binary(min_size=1, max_size=6)), max_size=4),
    st.integers(0, 4000),
)
def test_no_damage_breaks_it(data: bytes, changes: list[tuple[int, bytes]], cut: int) -> None:
    damaged = bytearray(data)
    for at, new in changes:
        place = at % len(damaged)
        damaged[place : place + len(new)] = new
    found = examined(a=bytes(damaged), b=bytes(damaged[: cut % len(damaged)]))
    assert len(found.leaks) <= 2
