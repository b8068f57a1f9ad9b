"""package.json as `npmguard fix --write` leaves it."""

import json
import os
from pathlib import Path

import pytest

from npmguard.errors import InputError
from npmguard.model import Edit
from npmguard.project import files, writing
from npmguard.project.writing import write

TEXT = '{\n\t"name": "demo",\n\t"dependencies": {\n\t\t"zed": "1.0.0",\n\t\t"once": "^1.3.0"\n\t}\n}\n'
EDIT = Edit("package.json", ("dependencies", "once"), "^1.3.0", "^1.4.0")


def test_everything_else_stays_as_it_is(here: Path) -> None:
    file = here / "package.json"
    file.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    file.chmod(0o640)
    assert write(".", [EDIT]) == ["package.json"]
    wanted = TEXT.replace("^1.3.0", "^1.4.0").replace("\n", "\r\n")
    assert file.read_bytes() == b"\xef\xbb\xbf" + wanted.encode()
    assert file.stat().st_mode & 0o777 == 0o640
    assert os.listdir(here) == ["package.json"]


def test_several_edits_of_several_files(here: Path) -> None:
    (here / "package.json").write_text(TEXT)
    (here / "one").mkdir()
    (here / "one" / "package.json").write_text('{"devDependencies": {"once": "1.3.0"}}')
    forced = Edit("package.json", ("overrides", "glob", "once"), None, "1.4.0")
    other = Edit("one/package.json", ("devDependencies", "once"), "1.3.0", "1.4.0")
    assert write(".", [EDIT, forced, forced._replace(keys=("overrides", "tar")), other]) == [
        "package.json",
        "one/package.json",
    ]
    found = json.loads((here / "package.json").read_text())
    assert found["overrides"] == {"glob": {"once": "1.4.0"}, "tar": "1.4.0"}
    assert (here / "one" / "package.json").read_text() == '{"devDependencies": {"once": "1.4.0"}}'


@pytest.mark.parametrize("text", [TEXT.replace("^1.3.0", "^1.2.0"), '{"name": "demo"}'])
def test_what_is_no_longer_what_the_plan_was_made_for_is_not_written(here: Path, text: str) -> None:
    (here / "package.json").write_text(text)
    with pytest.raises(InputError, match="is not what it was"):
        write(".", [EDIT])
    assert (here / "package.json").read_text() == text


def test_nothing_is_written_where_one_edit_cannot_be_made(here: Path) -> None:
    (here / "package.json").write_text(TEXT)
    (here / "one").mkdir()
    (here / "one" / "package.json").write_text("{")
    with pytest.raises(InputError):
        write(".", [EDIT, EDIT._replace(file="one/package.json")])
    assert (here / "package.json").read_text() == TEXT


def test_a_change_meanwhile_is_not_overwritten(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "package.json").write_text(TEXT)
    seen: list[str] = []

    def read(path: str, shown: str) -> bytes:
        if seen:
            (here / "package.json").write_text("{}")
        seen.append(path)
        return files.read(path, shown)

    monkeypatch.setattr(writing, "read", read)
    with pytest.raises(InputError, match="changed meanwhile"):
        write(".", [EDIT])
    assert (here / "package.json").read_text() == "{}"
    assert os.listdir(here) == ["package.json"]


def test_a_link_is_followed_within_the_project_only(here: Path) -> None:
    inside, outside = here / "shop", here / "elsewhere.json"
    inside.mkdir()
    outside.write_text(TEXT)
    edit = EDIT._replace(file="shop/package.json")
    (inside / "package.json").symlink_to(outside)
    with pytest.raises(InputError, match="out of the project"):
        write("shop", [edit])
    assert outside.read_text() == TEXT
    (inside / "package.json").unlink()
    (inside / "real.json").write_text(TEXT)
    (inside / "package.json").symlink_to("real.json")
    write("shop", [edit])
    assert (inside / "package.json").is_symlink()
    assert "^1.4.0" in (inside / "real.json").read_text()
