"""Tarballs, ordinary and odd, as npm reads them."""

import gzip
import io
import json
import shutil
import subprocess
import tarfile
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from isal import isal_zlib
from support.tarballs import END, GNU, MANIFEST, V7, entry, header, pax, record, tar, tgz

from npmguard.errors import InputError
from npmguard.origins import default_registry
from npmguard.packing import gunzip, tarball
from npmguard.packing.bounds import USUAL, Bounds

Contents = dict[str, bytes | None]


def unpacked(source: Any, bounds: Bounds = USUAL) -> tuple[Contents, tarball.Tarball]:
    """What npm would install, and what was read."""
    found: Contents = {}

    def each(entry: tarball.Entry) -> None:
        if entry.kind == "file" and not entry.skipped:
            found[entry.path] = entry.data

    read = tarball.read(source, "x.tgz", each, bounds)
    assert [file.path for file in read.files] == sorted(found)
    return found, read


class Odd(NamedTuple):
    """An archive that npm takes: what follows its package.json, what npm installs, which oddities it has."""

    what: str
    parts: tuple[bytes, ...]
    installed: dict[str, bytes]
    kinds: tuple[str, ...] = ()
    end: bytes = END


NAME = b'{"name":"other","version":"2.0.0"}'.ljust(60)
ODD = (
    Odd("ordinary", (entry("package/a", b"1"), header("package/b/", type=b"5")), {"a": b"1"}),
    Odd("manifest twice", (entry("package/package.json", NAME),), {"package.json": NAME}, ("duplicate",)),
    Odd(
        "several folders",
        (entry("other/b"), entry("other/a"), entry("third/a", b"3")),
        {"b": b"x", "a": b"3"},
        ("outside", "outside", "duplicate"),
    ),
    Odd(
        "up",
        (entry("package/../a"), entry("package/../../b"), entry("package/c/../d"), entry("package/..\\e")),
        {},
        ("traversal",) * 4,
    ),
    Odd(
        "up, before npm takes the first part away",
        (entry("../package/a"), entry("../b")),
        {"package/a": b"x", "b": b"x"},
        ("traversal",) * 2,
    ),
    Odd(
        "absolute",
        (
            entry("/etc/a"),
            entry("package/C:/b"),
            entry("package/c:c"),
            entry("package/\\\\srv\\share\\d"),
            entry("package/s:stream"),
        ),
        {"etc/a": b"x", "b": b"x", "c": b"x", "d": b"x", "stream": b"x"},
        ("absolute",) * 5,
    ),
    Odd(
        "links",
        (
            header("package/l1", type=b"2", link=b"/etc/passwd"),
            header("package/l2", type=b"1", link=b"package/package.json"),
            entry("package/l1", b"through"),
        ),
        {"l1": b"through"},
        ("link", "link"),
    ),
    Odd(
        "devices",
        (*(header(f"package/{t}", type=t.encode()) for t in "346"), entry("package/Z", type=b"Z")),
        {},
        ("device",) * 4,
    ),
    Odd(
        "files of other types",
        (entry("package/7", type=b"7"), entry("package/0", type=b"\0")),
        {"7": b"x", "0": b"x"},
    ),
    Odd(
        "case",
        (entry("package/a"), entry("package/A"), entry("package/\u00e9"), entry("package/e\u0301")),
        {"a": b"x", "A": b"x", "\u00e9": b"x", "e\u0301": b"x"},
        ("case-clash",) * 2,
    ),
    Odd(
        "case of a folder",
        (entry("package/a"), entry("package/A/b")),
        {"a": b"x", "A/b": b"x"},
        ("case-clash",),
    ),
    Odd(
        "names that Windows reads otherwise",
        (
            *(entry(f"package/{name}") for name in ("con", "d/NUL.txt", "x.", "y ", "com1", "d/prn /z")),
            entry("package/a\\b"),
        ),
        dict.fromkeys(("con", "d/NUL.txt", "x.", "y ", "com1", "d/prn /z", "a\\b"), b"x"),
        ("device-name",) * 7,
    ),
    Odd(
        "names like those",
        tuple(entry(f"package/{name}") for name in ("console", ".con", "com10", "null", "a.con", "...b")),
        dict.fromkeys(("console", ".con", "com10", "null", "a.con", "...b"), b"x"),
    ),
    Odd(
        "control characters",
        (entry(b"package/a\x1b[2Jb"), entry(b"package/a\nb"), entry("package/\u202egpj.js")),
        {"a\x1b[2Jb": b"x", "a\nb": b"x", "\u202egpj.js": b"x"},
        ("control",) * 3,
    ),
    Odd("in no folder", (entry("README"), entry("package/a")), {"a": b"x"}, ("outside",)),
    Odd(
        "spelt otherwise",
        (entry("package/./a", b"1"), entry("package/a", b"2"), entry("package//a", b"3")),
        {"a": b"3"},
        ("duplicate",) * 2,
    ),
    Odd(
        "a folder in a file's place", (entry("package/a"), entry("package/a/b")), {"a": b"x"}, ("duplicate",)
    ),
    Odd(
        "a file in a folder's place",
        (entry("package/a/b"), entry("package/a")),
        {"a/b": b"x"},
        ("duplicate",),
    ),
    Odd(
        "a folder with a size",
        (header("package/d/", 1024, b"5"), entry("package/a"), entry("package/b")),
        {"a": b"x", "b": b"x"},
    ),
    Odd(
        "long by pax",
        (pax(record(b"path", b"package/by-pax"), record(b"k", b"v")), entry("s")),
        {"by-pax": b"x"},
    ),
    Odd("pax of Solaris", (pax(record(b"path", b"package/X"), type=b"X"), entry("s")), {"X": b"x"}),
    Odd(
        "the same by pax and GNU",
        (entry("L", b"package/same\0", b"L"), pax(record(b"path", b"package/same")), entry("s")),
        {"same": b"x"},
    ),
    Odd(
        "long by GNU",
        (entry("././@LongLink", b"package/" + b"l" * 120 + b"\0", b"L"), entry("s", magic=GNU)),
        {"l" * 120: b"x"},
    ),
    Odd("long by old GNU", (entry("L", b"package/N\0", b"N"), entry("s")), {"N": b"x"}),
    Odd(
        "long by prefix",
        (entry("a", prefix=b"package/p"), entry("b", prefix=b"package/" + b"q" * 140)),
        {"p/a": b"x", "q" * 140 + "/b": b"x"},
    ),
    Odd(
        "no prefix without its mark",
        (entry("package/a", prefix=b"no", magic=GNU), entry("package/b", prefix=b"no", magic=V7)),
        {"a": b"x", "b": b"x"},
    ),
    Odd(
        "a comment for all", (pax(record(b"comment", b"c" * 40), type=b"g"), entry("package/a")), {"a": b"x"}
    ),
    Odd("one block of zeros", (entry("package/a"), bytes(512), entry("package/b")), {"a": b"x", "b": b"x"}),
    Odd("no end", (entry("package/a"),), {"a": b"x"}, end=b""),
    Odd("half an end", (entry("package/a"),), {"a": b"x"}, end=bytes(600)),
    Odd("a long end", (entry("package/a"),), {"a": b"x"}, end=bytes(10240)),
    Odd("behind the end", (entry("package/a"), END, entry("package/b")), {"a": b"x"}, ("outside",)),
    Odd(
        "base 256",
        (header("package/n", size_field=b"\x80" + bytes(10) + b"\1") + b"q".ljust(512, b"\0"),),
        {"n": b"q"},
    ),
    Odd("blank numbers", (header("package/n", size_field=bytes(12)),), {"n": b""}),
    Odd(
        "numbers with spaces",
        (header("package/n", size_field=b"         1 \0") + b"q".ljust(512, b"\0"),),
        {"n": b"q"},
    ),
)
IDS = [case.what for case in ODD]


@pytest.mark.parametrize("case", ODD, ids=IDS)
def test_what_npm_takes(case: Odd) -> None:
    for source in (tgz(*case.parts, end=case.end), tar(*case.parts, end=case.end)):
        found, read = unpacked(source)
        assert found == {"package.json": MANIFEST, **case.installed}
        assert tuple(oddity.kind for oddity in read.oddities) == case.kinds
        assert read.manifest == found["package.json"]
        assert read.packed_size == len(source)


@pytest.mark.oracle
def test_npm_installs_the_same(tmp_path: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    files = []
    for number, case in enumerate(ODD):
        manifest = json.dumps({"name": f"case{number}", "version": "1.0.0"}).encode()
        first = entry("package/package.json", manifest)
        parts = [part.replace(NAME, manifest.ljust(len(NAME))) for part in case.parts]
        (tmp_path / f"{number}.tgz").write_bytes(tgz(first, *parts, end=case.end, manifest=False))
        files.append(f"./{number}.tgz")
    words = ["npm", "install", "--offline", "--no-audit", "--no-fund", "--ignore-scripts", "--cache", "cache"]
    done = subprocess.run([*words, *files], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    for number, case in enumerate(ODD):
        top = tmp_path / "node_modules" / f"case{number}"
        here = {p.relative_to(top).as_posix(): p for p in top.rglob("*") if not p.is_dir()}
        assert not any(path.is_symlink() for path in here.values())
        del here["package.json"]
        expected = {path: data for path, data in case.installed.items() if path != "package.json"}
        assert {name: path.read_bytes() for name, path in here.items()} == expected, case.what


# -- gzip


@pytest.fixture(params=[isal_zlib, zlib], ids=["isal", "zlib"])
def inflater(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(gunzip, "inflater", lambda: request.param)
    return request.param


class Drip(io.BytesIO):
    """A file that gives a few bytes at a time."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(size or 7, 7) if size != -1 else -1)


GOOD = tgz(entry("package/a", b"some text, " * 400), entry("package/b", bytes(range(256)) * 40))
PLAIN = gzip.decompress(GOOD)


@pytest.mark.usefixtures("inflater")
@pytest.mark.parametrize(
    "data",
    [
        GOOD,
        PLAIN,
        GOOD + bytes(700),
        gzip.compress(PLAIN[:700]) + gzip.compress(b"") + gzip.compress(PLAIN[700:]),
        gzip.compress(PLAIN, 0),
    ],
    ids=["one member", "plain", "zeros behind", "three members", "stored"],
)
def test_every_way_to_get_the_bytes_gives_the_same(data: bytes) -> None:
    expected = unpacked(GOOD)[0]
    assert expected["b"] == bytes(range(256)) * 40
    for source in (data, io.BytesIO(data), Drip(data)):
        found, read = unpacked(source)
        assert found == expected
        assert read.oddities == ()
        assert read.packed_size in (len(data), len(GOOD))


@pytest.mark.usefixtures("inflater")
@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "the file is empty"),
        (b"hello" * 200, "no tar archive"),
        (b"hello", "cut off in the middle of a header"),
        (b"PK\x03\x04" + bytes(600), "ZIP is not what npm packs"),
        (b"\x28\xb5\x2f\xfd" + bytes(600), "Zstandard is not what npm packs"),
        (GOOD[:9], "broken gzip: the file ends too early"),
        (GOOD[:-12], "broken gzip: the file ends too early"),
        (GOOD[:-3], "broken gzip: the file ends too early"),
        (GOOD[:-8] + b"abcd" + GOOD[-4:], "broken gzip: its checksum is wrong"),
        (GOOD[:-4] + b"abcd", "broken gzip: its checksum is wrong"),
        (GOOD + b"more", "broken gzip: "),
        (GOOD[:60] + bytes(range(100)) + GOOD[160:], ""),
        (b"\x1f\x8b\x07" + GOOD[3:], "broken gzip: "),
        (gzip.compress(b""), "an archive with nothing in it"),
        (gzip.compress(END), "an archive with nothing in it"),
        (gzip.compress(PLAIN[:2000]), "cut off in the middle of package/a"),
        (gzip.compress(PLAIN[:-2000]), "cut off in the middle of package/b"),
    ],
    ids=range(17),
)
def test_what_is_no_archive_is_said_in_one_line(data: bytes, says: str) -> None:
    for source in (data, Drip(data)):
        with pytest.raises(InputError) as caught:
            unpacked(source)
        assert str(caught.value).startswith(f"x.tgz: {says}")
        assert "\n" not in str(caught.value)


def test_isal_is_used_where_it_is() -> None:
    gunzip.inflater.cache_clear()
    assert gunzip.inflater() is isal_zlib


# -- entries


def test_a_large_file_is_listed_and_passed_over() -> None:
    data = tgz(entry("package/big", b"b" * 3000), entry("package/a"))
    found, read = unpacked(data, Bounds(file=2999))
    assert found["big"] is None
    assert found["a"] == b"x"
    assert [(file.path, file.size) for file in read.files][1] == ("big", 3000)
    with pytest.raises(InputError, match=r"package\.json is larger than"):
        unpacked(data, Bounds(file=10))


def test_modes_and_links_are_told() -> None:
    data = tgz(
        entry("package/run", mode=0o755),
        header("package/d/", type=b"5", mode=0o700),
        header("package/l", type=b"2", link=b"../../etc/passwd"),
    )
    _, run, folder, link = tarball.entries(data, "x.tgz")
    assert (run.mode, run.kind, run.skipped) == (0o755, "file", False)
    assert (folder.path, folder.mode, folder.kind) == ("d", 0o700, "folder")
    assert (link.path, link.kind, link.target, link.skipped) == ("l", "symlink", "../../etc/passwd", True)


def test_any_name_of_the_top_folder_will_do() -> None:
    data = tgz(entry("node/package.json", MANIFEST), entry("node/index.d.ts"), manifest=False)
    found, read = unpacked(data)
    assert sorted(found) == ["index.d.ts", "package.json"]
    assert read.oddities == ()


def test_a_file_on_disk(here: Path) -> None:
    import os

    (here / "a.tgz").write_bytes(GOOD)
    paths: list[str] = []
    read = tarball.read_file("a.tgz", "a.tgz", lambda entry: paths.append(entry.path))
    assert read.manifest == MANIFEST
    assert paths == ["package.json", "a", "b"]
    (here / "link.tgz").symlink_to("nowhere")
    os.mkfifo(here / "pipe.tgz")
    for name, says in (
        ("none.tgz", "cannot be read: No such file or directory"),
        ("link.tgz", "cannot be read: No such file or directory"),
        (".", "not a regular file"),
        ("pipe.tgz", "not a regular file"),
        ("a\0b", "cannot be read: "),
    ):
        with pytest.raises(InputError, match=says):
            tarball.read_file(name, "x")


def test_oddities_have_an_end() -> None:
    many = [entry(f"package/../{number}") for number in range(3000)]
    read = unpacked(tgz(*many))[1]
    assert len(read.oddities) == 1001
    assert read.oddities[-1].detail == "2000 more odd entries"


# -- other programs


NAMES = st.text(st.sampled_from("abzA.-_@ \u00e9\u4e2d"), min_size=1, max_size=60).filter(
    lambda name: name.strip(". ") == name
)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
FORMATS = st.sampled_from([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(PATHS, st.binary(max_size=1500), max_size=8), FORMATS)
def test_python_packs_what_is_read(files: dict[str, bytes], format: int) -> None:
    paths = {path.casefold() for path in files}
    if any(f"{path}/" in f"{other}/" for path in paths for other in paths - {path}) or len(paths) < len(
        files
    ):
        return
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", format=format) as archive:
        for path, data in {"package.json": MANIFEST, **files}.items():
            info = tarfile.TarInfo(f"package/{path}")
            info.size = len(data)
            try:
                archive.addfile(info, io.BytesIO(data))
            except ValueError:  # ustar has no room for such a name
                return
    found, read = unpacked(out.getvalue())
    assert found == {"package.json": MANIFEST, **files}
    assert read.oddities == ()


def same_as_python(path: Path) -> None:
    with tarfile.open(path) as archive:
        theirs = {
            member.name.partition("/")[2]: (archive.extractfile(member) or io.BytesIO()).read()
            for member in archive
            if member.isfile()
        }
    with path.open("rb") as file:
        found, read = unpacked(file)
    assert found == theirs
    assert read.oddities == ()
    assert read.packed_size == path.stat().st_size


@pytest.mark.oracle
def test_packages_that_npm_fetches(tmp_path: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    names = ["ms@2.1.3", "semver@7.6.3", "left-pad@1.3.0", "@types/node@20.0.0"]
    words = ["npm", "pack", "--silent", "--fetch-retries=0", "--registry", default_registry()]
    done = subprocess.run([*words, *names], cwd=tmp_path, capture_output=True, timeout=60, check=False)
    if done.returncode:
        pytest.skip("no registry gives real packages")
    paths = sorted(tmp_path.glob("*.tgz"))
    assert len(paths) == len(names)
    for path in paths:
        same_as_python(path)


@pytest.mark.oracle
def test_a_package_that_npm_packs(tmp_path: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    (tmp_path / "package.json").write_text('{"name": "demo", "version": "1.0.0", "bin": "run.js"}')
    (tmp_path / "run.js").write_text("#!/usr/bin/env node\n")
    deep = tmp_path / ("d" * 90) / ("\u00e9" * 60)
    deep.mkdir(parents=True)
    (deep / "file.txt").write_text("deep")
    done = subprocess.run(
        ["npm", "pack", "--json", "--offline"], cwd=tmp_path, capture_output=True, timeout=60, check=True
    )
    said = json.loads(done.stdout)
    told = said[0] if isinstance(said, list) else next(iter(said.values()))
    path = tmp_path / told["filename"]
    same_as_python(path)
    read = tarball.read(path.read_bytes(), "x.tgz")
    assert [(f.path, f.size, f.mode) for f in read.files] == sorted(
        (file["path"], file["size"], file["mode"]) for file in told["files"]
    )


# -- anything at all


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_changed_archive_is_read_or_refused(data: st.DataObject) -> None:
    whole = bytearray(
        tar(
            pax(record(b"path", b"package/by-pax"), record(b"size", b"1")),
            entry("s"),
            entry("L", b"package/long\0", b"L"),
            entry("package/short", b"text" * 200),
            header("package/l", type=b"2", link=b"x"),
        )
    )
    packed = data.draw(st.booleans())
    if packed:
        whole = bytearray(gzip.compress(bytes(whole), mtime=0))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(whole) - 1))
        what = data.draw(st.sampled_from(["byte", "cut", "digits", "zeros", "copy"]))
        if what == "byte":
            whole[at] = data.draw(st.integers(0, 255))
        elif what == "cut":
            del whole[at : at + data.draw(st.integers(1, 600))]
            if not whole:
                return
        elif what == "digits":
            whole[at : at + 3] = b"777"
        elif what == "zeros":
            whole[at : at + 40] = bytes(40)
        else:
            whole[at:at] = whole[:512]
    # most changes would end at the checksum
    for start in range(0, len(whole) - 511, 512):
        if not packed and any(whole[start : start + 512]) and data.draw(st.booleans()):
            whole[start + 148 : start + 156] = b" " * 8
            whole[start + 148 : start + 156] = b"%06o\0 " % sum(whole[start : start + 512])
    error: InputError | None = None
    try:
        for found in tarball.entries(bytes(whole), "x.tgz"):
            assert found.data is None or len(found.data) == found.size
            assert found.skipped or ".." not in found.path.split("/")
    except InputError as raised:
        error = raised
    assert "\n" not in str(error)
