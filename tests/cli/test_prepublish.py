"""`npmguard prepublish`, as it is called."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.fakes import filled
from support.server import Reply, Server, registry
from support.tarballs import entry, tgz

from npmguard import yamltext
from npmguard.__main__ import main
from npmguard.packing import packed_files
from npmguard.registry import http

TOKEN = filled("npm_{alnum:30}{crc}")
PLAIN = {
    "name": "demo",
    "version": "1.1.0",
    "license": "MIT",
    "repository": "git+https://git.example.test/demo/demo.git",
    "main": "index.js",
    "files": ["index.js"],
}


@pytest.fixture
def server(here: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(http, "_pause", lambda attempt, answer: 0.0)
    with registry() as running:
        monkeypatch.setenv("NPM_CONFIG_REGISTRY", running.url)
        yield running


def package(folder: Path, texts: dict[str, str] | None = None, **fields: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    manifest = {key: value for key, value in {**PLAIN, **fields}.items() if value is not None}
    contents = {
        "package.json": json.dumps(manifest, indent=2),
        "index.js": "module.exports = 1\n",
        **(texts or {}),
    }
    for name, text in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def tarball(manifest: dict[str, Any], *entries: bytes) -> bytes:
    return tgz(entry("package/package.json", json.dumps(manifest).encode()), *entries, manifest=False)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    code = main(["prepublish", *words, "--format", "json"])
    out, err = capsys.readouterr()
    assert err == ""
    report = json.loads(out)
    assert report["command"] == "prepublish"
    assert report["summary"]["exit_code"] == code
    (project,) = report["projects"]
    return code, project


def said(project: dict[str, Any]) -> dict[str, str]:
    return {finding["rule"]: finding["severity"] for finding in project["findings"]}


def test_a_package_without_fault(server: Server, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    package(here)
    code, found = run(capsys)
    assert (code, found["findings"], found["incomplete"]) == (0, [], [])
    assert [file["path"] for file in found["files"]] == ["index.js", "package.json"]
    assert found["files"][0] == {"path": "index.js", "size": 19, "mode": 0o644}
    assert found["unpacked_size"] == sum(file["size"] for file in found["files"])
    assert 100 < found["packed_size"] < 1000
    assert found["previous"] is None
    assert (found["path"], found["name"], found["version"], found["manager"]) == (".", "demo", "1.1.0", "npm")


def test_what_changed_since_the_last_release(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = {**PLAIN, "version": "1.0.0"}
    server.publish("demo", "1.0.0", tarball(old, entry("package/old.js")), manifest=old)
    package(here, scripts={"postinstall": "node index.js"})
    code, found = run(capsys)
    assert code == 1
    assert found["previous"]["version"] == "1.0.0"
    assert found["previous"]["added"] == ["index.js"]
    assert found["previous"]["removed"] == ["old.js"]
    assert said(found)["new-install-script"] == "high"
    assert found["sources"][-1] == "the last release: demo@1.0.0"


def test_a_registry_that_does_not_answer_leaves_a_gap(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.faults["/demo"] = Reply(503)
    package(here)
    code, found = run(capsys)
    assert code == 3
    (gap,) = found["incomplete"]
    assert gap["affects"] == ["new-install-script", "package-growth"]
    assert "503" in gap["reason"]
    assert run(capsys, "--allow-incomplete")[0] == 0
    assert run(capsys, "--offline")[0] == 3
    before = len(server.requests)
    assert run(capsys, "--skip", "new-install-script,package-growth")[0] == 0
    package(here, private=True)
    assert run(capsys)[0] == 0  # npm does not publish it, so nobody is asked
    assert len(server.requests) == before


def test_a_secret_is_critical_and_never_shown(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package(here, {"index.js": f"// settings\nconst token = '{TOKEN}'\n"})
    for words in (["--format", "json"], [], ["-v"], ["--format", "markdown"]):
        assert main(["prepublish", *words]) == 1
        out, err = capsys.readouterr()
        assert TOKEN[:12] not in out + err
        assert "npm access token" in out
    _, found = run(capsys)
    (finding,) = [f for f in found["findings"] if f["rule"] == "leaked-secret"]
    assert finding["severity"] == "critical"
    assert (finding["location"]["file"], finding["location"]["line"]) == ("index.js", 2)
    assert "npm_… (40 characters)" in finding["detail"]


def test_an_npmrc_is_looked_into_though_npm_leaves_it_out(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package(here, {".npmrc": f"//registry.example.test/:_authToken={TOKEN}\n"})
    code, found = run(capsys)
    assert code == 0
    assert ".npmrc" not in [file["path"] for file in found["files"]]
    (finding,) = found["findings"]
    assert (finding["rule"], finding["severity"]) == ("leaked-secret", "moderate")
    assert (finding["location"]["file"], finding["location"]["line"]) == (".npmrc", 1)
    (here / ".npmrc").write_text("//registry.example.test/:_authToken=${NPM_TOKEN}\n")
    assert run(capsys)[1]["findings"] == []


def test_a_tarball_is_read_as_it_lies_there(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package(here / "demo")
    data = tarball(
        {**PLAIN, "npmguard": {"skip": ["leaked-secret", "sensitive-file"]}},
        entry("package/index.js", b"module.exports = 1\n"),
        entry("package/.env", f"NPM_TOKEN={TOKEN}\n".encode()),
    )
    (here / "demo-1.1.0.tgz").write_bytes(data)
    code, found = run(capsys, "demo-1.1.0.tgz")
    assert code == 1
    assert said(found)["leaked-secret"] == "critical"  # whoever made it does not judge it
    assert found["packed_size"] == len(data)
    assert found["path"] == "demo-1.1.0.tgz"
    (leak,) = [f for f in found["findings"] if f["rule"] == "leaked-secret"]
    assert leak["location"]["file"] == "demo-1.1.0.tgz/.env"
    # the working directory's own settings do count
    (here / "npmguard.toml").write_text('skip = ["leaked-secret", "sensitive-file"]\n')
    assert "leaked-secret" not in said(run(capsys, "demo-1.1.0.tgz")[1])
    assert said(run(capsys, "demo-1.1.0.tgz", "--strict")[1])["leaked-secret"] == "critical"


def test_a_release_in_the_registry(server: Server, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    server.publish("demo", "1.1.0", tarball(PLAIN, entry("package/index.js", b"1\n")), manifest=PLAIN)
    code, found = run(capsys, "demo@^1.0.0")
    assert (code, found["path"], found["version"]) == (0, "demo@1.1.0", "1.1.0")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nowhere"], "nowhere: the registry has no such package or version"),
        (["./nowhere"], "./nowhere: there is no such file or folder"),
        (["empty"], "empty: no package.json here, so there is nothing to publish"),
        (["broken.tgz"], "broken.tgz: "),
        (["broken"], "broken/package.json:1: "),
    ],
)
def test_what_cannot_be_done_is_one_line(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    (here / "empty").mkdir()
    (here / "broken").mkdir()
    (here / "broken" / "package.json").write_text("{")
    (here / "broken.tgz").write_bytes(b"\x1f\x8b\x08nothing")
    assert main(["prepublish", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"npmguard: {says}")
    assert err.count("\n") == 1


def test_list_prints_paths_and_nothing_else(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package(here, {"a\x1b[31m.js": "", "lib/b.js": ""}, files=None)
    assert main(["prepublish", "--list"]) == 0
    assert capsys.readouterr().out == "a\\x1b[31m.js\nindex.js\nlib/b.js\npackage.json\n"
    assert main(["prepublish", "--list", "--output", "files.txt"]) == 0
    assert Path("files.txt").read_text().count("\n") == 4
    assert server.requests == []


def test_the_console_says_what_is_wrong_first(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package(here, {".env": f"NPM_TOKEN={TOKEN}\n"}, files=None, scripts={"prepack": "tsc"})
    assert main(["prepublish"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("demo 1.1.0  ., 3 files, ")
    assert out.index("Found") < out.index("Files")
    assert "!   .env" not in out
    assert "! .env" in out
    assert "npm publish runs prepack before it packs" in out
    assert out.endswith("Not fit to publish: there are findings at high or above.\n")


def test_a_workspace_is_looked_at_by_itself(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    package(here, workspaces=["packages/*"], private=True, packageManager="npm@11.0.0")
    package(here / "packages" / "core", {"bun.lock": ""}, name="@demo/core", files=None)
    (here / ".npmrc").write_text(f"@demo:registry={server.url}scoped/\n")
    _, found = run(capsys, "packages/core")
    assert (found["path"], found["name"]) == ("packages/core", "@demo/core")
    assert server.paths() == ["/scoped/@demo%2Fcore"]
    # npm 11 packs bun's lockfile, npm 12 does not
    assert "bun.lock" in [file["path"] for file in found["files"]]
    monkeypatch.chdir(here / "packages" / "core")
    assert run(capsys)[1]["path"] == "."


def test_the_hooks_name_commands_that_exist(capsys: pytest.CaptureFixture[str]) -> None:
    text = (Path(__file__).parents[2] / ".pre-commit-hooks.yaml").read_bytes()
    hooks: Any = yamltext.loads(text, ".pre-commit-hooks.yaml")
    assert [hook["id"] for hook in hooks] == ["npmguard", "npmguard-prepublish"]
    for hook in hooks:
        words = hook["entry"].split()
        assert words[0] == "npmguard"
        assert main([*words[1:], "--help"]) == 0
        assert f"npmguard {words[1]}" in capsys.readouterr().out
        assert hook["language"] == "python"
        assert hook["pass_filenames"] == "false"


def test_the_api_is_the_command(here: Path) -> None:
    package(here)
    assert packed_files(here) == ["index.js", "package.json"]
