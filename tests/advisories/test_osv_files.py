import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from npmguard.advisories import osv
from npmguard.errors import InputError

FIXTURES = Path(__file__).parents[2] / "fixtures" / "advisories"
NAMES = frozenset({"a", "@scope/b", "ünïcode"})


def record(
    name: str = "a", id: str = "GHSA-aaaa-bbbb-cccc", day: int = 1, **fields: object
) -> dict[str, Any]:
    return {
        "id": id,
        "modified": f"2026-01-{day:02}T00:00:00Z",
        "summary": 'Says "name": "a" and / or @ anything',
        "affected": [
            {
                "package": {"ecosystem": "npm", "name": name},
                "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.0.0"}]}],
            }
        ],
        **fields,
    }


def write(path: Path, document: object) -> str:
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


def test_the_fixture() -> None:
    names = frozenset({"lodash", "minimist", "crossenv", "semver"})
    found = osv.load(str(FIXTURES / "osv.json"), names)
    assert found.records_read == 61
    assert found.newest == "2026-11-23T00:00:00Z"
    assert not found.problems
    by_package: dict[str, set[str]] = {}
    for advisory in found.advisories:
        by_package.setdefault(advisory.package, set()).add(advisory.id)
    assert by_package["semver"] == {"GHSA-c2qf-rxjj-qqgw"}
    assert len(by_package["lodash"]) == 5
    assert [a.id for a in found.advisories if a.malware] == ["GHSA-c2m4-w5hm-vqjw"]


def test_the_fixtures_folder_holds_records_alone() -> None:
    assert osv.load(str(FIXTURES), NAMES).records_read == 61


def test_every_record_of_the_fixture_is_understood() -> None:
    records = json.loads((FIXTURES / "osv.json").read_bytes())
    names = frozenset(part["package"]["name"] for r in records for part in r["affected"])
    found = osv.load(str(FIXTURES / "osv.json"), names)
    assert len(found.advisories) == len(records)
    assert not any("unknown" in a.vulnerable for a in found.advisories)


def test_one_a_list_and_the_answer_of_a_query(tmp_path: Path) -> None:
    one = write(tmp_path / "one.json", record())
    several = write(tmp_path / "list.json", [record(), record("c", day=9), record("@scope/b", day=3)])
    answer = write(tmp_path / "answer.json", {"vulns": [record()]})
    assert len(osv.load(one, NAMES).advisories) == 1
    found = osv.load(several, NAMES)
    assert [a.package for a in found.advisories] == ["a", "@scope/b"]
    assert (found.records_read, found.newest) == (3, "2026-01-09T00:00:00Z")
    assert len(osv.load(answer, NAMES).advisories) == 1


@pytest.mark.parametrize("ending", ["jsonl", "ndjson"])
def test_one_a_line(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"all.{ending}"
    lines = [json.dumps(record()), "", json.dumps(record("c")), json.dumps(record("@scope/b"), indent=None)]
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    found = osv.load(str(path), NAMES)
    assert [a.package for a in found.advisories] == ["a", "@scope/b"]
    assert found.records_read == 3


def test_a_folder_is_read_to_its_depths_in_order(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    write(tmp_path / "deep" / "er" / "z.json", record(id="X-1"))
    write(tmp_path / "b.json", record(id="X-2"))
    write(tmp_path / "c.json", [record("other"), record(id="X-3")])
    write(tmp_path / "d.json", {"vulns": [record("other"), record("other")]})
    (tmp_path / "notes.txt").write_text("no record")
    found = osv.load(str(tmp_path), NAMES)
    assert [a.id for a in found.advisories] == ["X-2", "X-3", "X-1"]
    assert found.records_read == 6


def archive(path: Path, records: dict[str, object]) -> str:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, document in records.items():
            file.writestr(name, document if isinstance(document, (str, bytes)) else json.dumps(document))
    return str(path)


def test_a_dump(tmp_path: Path) -> None:
    records: dict[str, object] = {f"MAL-{n}.json": record(f"evil-{n}", f"MAL-{n}") for n in range(300)}
    records |= {
        "GHSA.json": record(),
        "b.json": record("@scope/b", indent=1),
        "README.md": "no record",
        "sub/": "",
    }
    found = osv.load(archive(tmp_path / "all.zip", records), NAMES)
    assert [a.package for a in found.advisories] == ["a", "@scope/b"]
    assert found.records_read == 302


def test_names_are_found_however_they_are_written(tmp_path: Path) -> None:
    plain, escaped = json.dumps(record("ünïcode"), ensure_ascii=False), json.dumps(record("ünïcode"))
    slash = json.dumps(record("@scope/b")).replace("@scope/b", "@scope\\/b")
    spaced = json.dumps(record("a"), indent=4).replace('"name": ', '"name" :\n\t')
    path = archive(
        tmp_path / "all.zip", {"1.json": plain, "2.json": escaped, "3.json": slash, "4.json": spaced}
    )
    assert [a.package for a in osv.load(path, NAMES).advisories] == ["ünïcode", "ünïcode", "@scope/b", "a"]


def test_what_was_withdrawn_is_counted_only(tmp_path: Path) -> None:
    path = write(tmp_path / "x.json", [record(withdrawn="2026-01-02T00:00:00Z"), record(id="X-1")])
    found = osv.load(path, NAMES)
    assert [a.id for a in found.advisories] == ["X-1"]
    assert (found.records_read, found.withdrawn) == (2, 1)


@pytest.mark.parametrize("modified", [None, 7, "yesterday", "zzzz-99-99"])
def test_odd_dates_are_no_dates(tmp_path: Path, modified: object) -> None:
    path = write(tmp_path / "x.json", record(modified=modified))
    assert osv.load(path, NAMES).newest is None


def test_what_is_half_understood_is_told(tmp_path: Path) -> None:
    found = osv.load(write(tmp_path / "x.json", record(affected="everything")), NAMES)
    assert found.problems == ("GHSA-aaaa-bbbb-cccc: what it affects is no list",)


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("x.json", b"", "x.json: empty, where OSV records were expected"),
        ("x.json", b'{\n"id": 1,\n}', "x.json:3: not JSON, where OSV records were expected"),
        ("x.json", b'{"id": "\xff"}', "x.json: not UTF-8 text"),
        ("x.json", b"[" * 100_000, "x.json: nested too deeply"),
        ("x.json", b"7", "x.json: not an OSV record: it is no object"),
        ("x.json", b'{"name": "a"}', "x.json: not an OSV record: it has no id"),
        ("x.json", b'[{"id": "A-1"}, {"id": ""}]', "x.json: record 2: not an OSV record: it has no id"),
        ("x.jsonl", b'{"id": "A-1"}\n<html>\n', "x.jsonl:2: not JSON, where OSV records were expected"),
        ("x.jsonl", b'\n\n{"idea": "A-1"}', "x.jsonl:3: not an OSV record: it has no id"),
        ("x.zip", b"PK\x03\x04 and nothing more", "x.zip: not a whole archive: File is not a zip file"),
        ("x.zip", b"", "x.zip: not a whole archive: File is not a zip file"),
    ],
)
def test_broken_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, data: bytes, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(data)
    with pytest.raises(InputError) as caught:
        osv.load(name, NAMES)
    assert str(caught.value) == says


def test_no_such_place(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        osv.load(str(tmp_path / "gone.json"), NAMES)
    with pytest.raises(InputError, match="no OSV records here"):
        osv.load(str(tmp_path), NAMES)
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(InputError, match="not a file"):
        osv.load(str(tmp_path), NAMES)


def test_a_cut_or_changed_archive(tmp_path: Path) -> None:
    whole = Path(
        archive(tmp_path / "all.zip", {f"{n}.json": record(id=f"X-{n}") for n in range(20)})
    ).read_bytes()
    for position in range(0, len(whole), 7):
        for data in (whole[:position], whole[:position] + b"\xff" + whole[position + 1 :]):
            (tmp_path / "bad.zip").write_bytes(data)
            try:
                osv.load(str(tmp_path / "bad.zip"), NAMES)
            except InputError as error:
                assert "bad.zip" in str(error)  # noqa: PT017


def test_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dump = archive(tmp_path / "all.zip", {f"{n}.json": record("other", f"X-{n}") for n in range(40)})
    lines = tmp_path / "all.jsonl"
    lines.write_text(json.dumps(record()) + "\n")
    with monkeypatch.context() as patch:
        patch.setattr(osv, "_LARGEST_DIRECTORY", 1000)
        with pytest.raises(InputError, match="more records than npmguard reads"):
            osv.load(dump, NAMES)
    with monkeypatch.context() as patch:
        patch.setattr(osv, "_LARGEST_RECORD", 100)
        with pytest.raises(InputError, match=r"all.zip/0.json: larger than a record may be"):
            osv.load(dump, NAMES)
        with pytest.raises(InputError, match=r"all.jsonl:1: a line longer than a record may be"):
            osv.load(str(lines), NAMES)
    with monkeypatch.context() as patch:
        patch.setattr(osv, "_LARGEST_TOTAL", 1000)
        with pytest.raises(InputError, match="more than npmguard reads in all"):
            osv.load(dump, NAMES)
    with monkeypatch.context() as patch:
        patch.setattr(osv, "_LARGEST_FILE", 100)
        with pytest.raises(InputError, match="larger than npmguard reads at once"):
            osv.load(write(tmp_path / "x.json", record()), NAMES)


def test_the_size_of_a_large_archives_directory() -> None:
    import io

    size = (1 << 40).to_bytes(8, "little")
    record64 = b"PK\x06\x06" + bytes(36) + size + bytes(8)
    end = b"PK\x05\x06" + bytes(8) + b"\xff" * 4 + bytes(6)
    data = record64 + b"PK\x06\x07" + bytes(16) + end
    assert osv._directory_size(io.BytesIO(data)) == 1 << 40
    assert osv._directory_size(io.BytesIO(b"nothing")) == 0
