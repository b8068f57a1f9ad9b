"""How the facts are gathered: from programs, permissions, npm's cache, git's index."""

import base64
import hashlib
import json
import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from npmguard.doctor import cache, folders, settings, surroundings, tokens, tools
from npmguard.doctor.surroundings import Surroundings

pytestmark = pytest.mark.skipif(os.name == "nt", reason="programs and permissions of Unix")


def around(folder: Path, **env: str) -> Surroundings:
    """The surroundings of a folder; its home is beside it."""
    home = folder.parent / "home"
    home.mkdir(exist_ok=True)
    return surroundings.look(str(folder), None, {"HOME": str(home), **env}, 0.0)


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


# -- programs


def test_nothing_of_the_project_is_run(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = f"touch {tmp_path}/ran; echo 9.9.9"
    (project / ".git").mkdir()
    sub = project / "apps" / "web"
    sub.mkdir(parents=True)
    for place in (sub / "bin", project / "bin", sub / "node_modules" / ".bin"):
        program(place / "git", evil)
    other = tmp_path / "elsewhere" / "node_modules" / ".bin"
    program(other / "git", evil)
    open_to_all = tmp_path / "open"
    program(open_to_all / "git", evil)
    open_to_all.chmod(0o777)
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "git").symlink_to(project / "bin" / "git")
    alias = tmp_path / "alias"
    alias.symlink_to(project / "bin")
    program(tmp_path / "good" / "git", "echo git version 2.51.0")
    monkeypatch.chdir(sub)
    entries = [
        "bin",
        "",
        ".",
        sub / "bin",
        project / "bin",
        other,
        open_to_all,
        linked,
        alias,
        tmp_path / "good",
    ]
    found = tools.look(around(sub, HOME="/nowhere", PATH=os.pathsep.join(map(str, entries))))
    assert found["git"] == tools.Tool("git", str(tmp_path / "good" / "git"), "2.51.0")
    assert not (tmp_path / "ran").exists()


def test_nor_by_a_program_that_looks_for_another(project: Path, tmp_path: Path) -> None:
    program(project / "bin" / "node", f"touch {tmp_path}/ran")
    program(tmp_path / "good" / "npm", "node; echo 12.0.0")
    found = tools.look(around(project, PATH=f"{project}/bin:{tmp_path}/good:/usr/bin:/bin"))
    assert found["npm"].version == "12.0.0"
    assert not (tmp_path / "ran").exists()


def test_what_a_program_is_told(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    program(tmp_path / "good" / "npm", f'pwd >{tmp_path}/said; env >>{tmp_path}/said; echo "$@" 1.2.3')
    path = f"{tmp_path}/good:/usr/bin:/bin"
    secret = {"NPM_TOKEN": "hidden", "NODE_OPTIONS": "--require ./evil.js", "GIT_DIR": "x"}
    assert tools.look(around(project, PATH=path, **secret))["npm"].version == "1.2.3"
    said = (tmp_path / "said").read_text().split("\n")
    assert said[0] == "/"
    assert not any(line.startswith(("NPM_TOKEN", "NODE_OPTIONS", "GIT_")) for line in said)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("exit 3", "it did not tell its version (exit code 3)"),
        ("echo v12", "it did not tell its version (exit code 0)"),
        ("yes a | head -c 1000000", "it did not tell its version (exit code 0)"),
        ("sleep 4", "it did not tell its version within"),
        ("sleep 4 & exit 0", "it did not tell its version (exit code 0)"),
    ],
)
def test_programs_that_tell_nothing(
    text: str, problem: str, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tools, "_SECONDS", 0.5)
    program(tmp_path / "good" / "bun", text)
    found = tools.look(around(project, PATH=f"{tmp_path}/good:/usr/bin:/bin"))["bun"]
    assert found.version is None
    assert (found.problem or "").startswith(problem)


def test_a_home_that_is_a_repository_is_no_project(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / ".git").mkdir(parents=True)
    program(home / ".nvm" / "node", "echo v26.0.0")
    env = {"HOME": str(home), "PATH": f"{home}/.nvm:/usr/bin:/bin"}
    for folder in (home, home / "work"):
        folder.mkdir(exist_ok=True)
        where = surroundings.look(str(folder), None, env, 0.0)
        assert tools.look(where)["node"].version == "26.0.0"


@pytest.mark.oracle
def test_the_real_programs(project: Path) -> None:
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("no node and npm here")
    found = tools.look(around(project, PATH=os.environ["PATH"]))
    for name in ("node", "npm"):
        done = subprocess.run([name, "--version"], capture_output=True, text=True, check=True, cwd="/")
        assert found[name].version == done.stdout.strip().removeprefix("v")


# -- settings


def test_who_says_what(project: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".npmrc").write_text("registry=https://user.example.test/\nstrict-ssl=false\naudit=false\n")
    (project / ".npmrc").write_text(
        "@corp:registry=https://npm.corp.example/\naudit=true\nscript-shell=./evil.sh\n"
    )
    where = around(project, npm_config_ignore_scripts="true")
    found = settings.look(where, "12.2.1")
    assert found.said["strict-ssl"] == settings.Said("false", str(home / ".npmrc"), False)
    assert found.said["audit"] == settings.Said("true", ".npmrc", True)
    assert found.said["ignore-scripts"].place == "the environment"
    assert {scope: said.place for scope, said in found.registries.items()} == {
        "": str(home / ".npmrc"),
        "@corp": ".npmrc",
    }
    assert (found.programs, found.npm, found.checks_tls) == (("script-shell",), 12, True)
    flagged = surroundings.look(str(project), "https://flag.example.test/", {"HOME": str(home)}, 0.0)
    assert settings.look(flagged, None).registries[""].place == "--registry"
    assert settings.look(around(project, NODE_TLS_REJECT_UNAUTHORIZED="0"), None).checks_tls is False


# -- folders


def test_the_folders_as_they_are(project: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin").chmod(0o777)
    (tmp_path / "cache").mkdir(0o750)
    env = {"PATH": f"{tmp_path}/bin:./bin::/nowhere/at/all", "npm_config_cache": str(tmp_path / "cache")}
    found = folders.look(around(project, npm_config_prefix="~/.global", **env))
    assert found is not None
    assert [(f.path, f.mode) for f in found.path] == [(f"{tmp_path}/bin", 0o777), ("/nowhere/at/all", None)]
    assert found.relative == ("./bin", ".")
    assert (found.cache.path, found.cache.mode, found.cache.owner) == (
        f"{tmp_path}/cache",
        0o750,
        os.getuid(),
    )
    assert found.prefix == folders.Folder(f"{tmp_path}/home/.global/lib/node_modules")


# -- npm's cache


def keep(
    top: Path, key: str, data: bytes, algorithm: str = "sha512", *, promised: bytes | None = None
) -> Path:
    """Writes an entry as npm's cacache does; gives the content's file."""
    digest = hashlib.new(algorithm, data if promised is None else promised).digest()
    integrity = f"{algorithm}-{base64.b64encode(digest).decode()}"
    text = json.dumps({"key": key, "integrity": integrity, "time": 1, "size": len(data)}).encode()
    name = hashlib.sha256(key.encode()).hexdigest()
    index = top / "_cacache" / "index-v5" / name[:2] / name[2:4] / name[4:]
    index.parent.mkdir(parents=True, exist_ok=True)
    with open(index, "ab") as file:
        file.write(b"\n" + hashlib.sha1(text).hexdigest().encode() + b"\t" + text)
    place = digest.hex()
    content = top / "_cacache" / "content-v2" / algorithm / place[:2] / place[2:4] / place[4:]
    content.parent.mkdir(parents=True, exist_ok=True)
    content.write_bytes(data)
    return content


def test_a_cache(tmp_path: Path) -> None:
    assert cache.look(str(tmp_path)) == cache.Facts(str(tmp_path), False)
    for number in range(30):
        keep(tmp_path, f"a-{number}", b"%d" % number, "sha1" if number % 2 else "sha512")
    assert cache.look(str(tmp_path)) == cache.Facts(str(tmp_path), True, 30)
    assert cache.look(str(tmp_path), 7).right == 7
    keep(tmp_path, "broken", b"others", promised=b"mine")
    keep(tmp_path, "gone", b"gone").unlink()
    assert cache.look(str(tmp_path)) == cache.Facts(str(tmp_path), True, 30, 1, ("broken",))
    # the last line counts
    keep(tmp_path, "broken", b"right")
    assert cache.look(str(tmp_path)) == cache.Facts(str(tmp_path), True, 31, 1)


def test_a_cache_that_was_made_to_deceive(tmp_path: Path) -> None:
    keep(tmp_path, "a", b"a")
    index = tmp_path / "_cacache" / "index-v5"
    secret = tmp_path / "secret"
    secret.write_bytes(b"x")
    keep(tmp_path, "link", b"x").unlink()
    place = hashlib.sha512(b"x").hexdigest()
    link = tmp_path / "_cacache" / "content-v2" / "sha512" / place[:2] / place[2:4] / place[4:]
    link.symlink_to(secret)
    (index / "loop").symlink_to(index)
    (index / "file").write_text("x")
    (index / "zz" / "zz").mkdir(parents=True)
    os.mkfifo(index / "zz" / "zz" / "pipe")
    for number, line in enumerate(
        [
            b"no hash\t{}",
            b"\xff" * 50,
            b"",
            *(
                hashlib.sha1(text).hexdigest().encode() + b"\t" + text
                for text in (
                    b"[]",
                    b'{"integrity": null}',
                    b'{"integrity": "sha512-../../../../etc/passwd", "key": "x"}',
                    b'{"integrity": "sha512-AAAA", "key": "x"}',
                    b'{"integrity": "md5-AAAA", "key": "x"}',
                    b'{"integrity": "", "key": "x"}',
                    b"[" * 100_000,
                )
            ),
        ]
    ):
        (index / "zz" / "zz" / str(number)).write_bytes(b"\n" + line)
    assert cache.look(str(tmp_path)) == cache.Facts(str(tmp_path), True, 1, 1)


def test_a_large_cache_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_TOTAL", 3000)
    monkeypatch.setattr(cache, "_LARGEST", 1500)
    for number in range(30):
        keep(tmp_path, f"a-{number}", b"%d" % number * 500)
    keep(tmp_path, "large", b"x" * 2000)
    assert 3 <= cache.look(str(tmp_path)).right <= 6


@pytest.mark.oracle
def test_npms_own_cache(tmp_path: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip("no npm here")
    (tmp_path / "package.json").write_text('{"name": "a", "version": "1.0.0"}')
    for words in (["pack"], ["cache", "add", "./a-1.0.0.tgz", "--cache", "cache", "--offline"]):
        subprocess.run(["npm", *words], cwd=tmp_path, capture_output=True, check=True)
    found = cache.look(str(tmp_path / "cache"))
    assert (found.right > 0, found.wrong) == (True, ())
    for folder, _, names in os.walk(tmp_path / "cache" / "_cacache" / "content-v2"):
        for name in names:
            Path(folder, name).write_bytes(b"changed")
    found = cache.look(str(tmp_path / "cache"))
    assert (found.right, len(found.wrong) > 0) == (0, True)


# -- credentials


def test_literal_credentials(project: Path, tmp_path: Path) -> None:
    (project / ".npmrc").write_text(
        "; //registry.example.test/:_authToken=comment\n"
        "//registry.example.test/:_authToken=${NPM_TOKEN}\n"
        "//registry.example.test/:_authToken = npm_hidden\n"
        "_auth='aGlkZGVu'\n"
        "//registry.example.test/:_password=\n"
        "//registry.example.test/:username=me\n"
        "always-auth=true\n"
    )
    (project / ".yarnrc.yml").write_text(
        'npmScopes:\n  corp:\n    npmAuthToken: "hidden"\n    npmAuthIdent: "${IDENT}"\nnpmAlwaysAuth: true\n'
    )
    (project / "bunfig.toml").write_text(
        '[install.scopes]\na = { token = "$T", url = "x" }\nb = { token = "hidden" }\n'
    )
    home = tmp_path / "home"
    home.mkdir()
    (home / ".npmrc").write_text("//registry.example.test/:_authToken=hidden\n")
    (home / ".npmrc").chmod(0o640)
    found = tokens.look(around(project))
    assert [(os.path.basename(f.path), f.lines, f.own, f.tracked, f.mode) for f in found if not f.own] == [
        (".npmrc", (1,), False, None, 0o640)
    ]
    assert [(os.path.basename(f.path), f.lines) for f in found if f.own] == [
        (".npmrc", (3, 4)),
        (".yarnrc.yml", (3,)),
        ("bunfig.toml", (3,)),
    ]
    assert "hidden" not in repr(list(tokens.checks(found)))


def git(folder: Path, *words: str) -> None:
    if shutil.which("git") is None:
        pytest.skip("no git here")
    name = ("-c", "user.name=a", "-c", "user.email=a@example.test")
    subprocess.run(["git", *name, *words], cwd=folder, capture_output=True, check=True)


@pytest.mark.parametrize("version", ["2", "3", "4"])
def test_gits_index(project: Path, version: str) -> None:
    git(project, "init")
    git(project, "config", "index.version", version)
    sub = project / "apps" / "web"
    sub.mkdir(parents=True)
    assert tokens.tracked(str(sub), ".npmrc") is False  # no index yet
    rolls = random.Random(3)
    names = {"".join(rolls.choices("abc/.é", k=rolls.randint(1, 90))).strip("/") for _ in range(60)}
    for name in sorted(names | {"a" * 250}):
        path = project / "many" / f"x{name.replace('//', '/')}"
        if ".." in name or path.exists():
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x")
        except OSError:
            continue
    (sub / "other").write_text("x")
    (sub / ".npmrc").write_text("x")
    (project / "zz.npmrc").write_text("x")
    git(project, "add", "many", "apps/web/other", "zz.npmrc")
    if version == "3":
        git(project, "add", "--intent-to-add", "apps/web/.npmrc")
    assert tokens.tracked(str(sub), ".npmrc") is (version == "3")
    assert tokens.tracked(str(project), ".npmrc") is False
    git(project, "add", ".")
    assert tokens.tracked(str(sub), ".npmrc") is True
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=project, capture_output=True, check=True).stdout
    data = (project / ".git" / "index").read_bytes()
    for name_in_git in filter(None, listed.split(b"\0")):
        assert tokens.holds(data, name_in_git) is True
        assert tokens.holds(data, name_in_git + b"x") is False


def test_worktrees_and_what_is_no_index(project: Path, tmp_path: Path) -> None:
    git(project, "init")
    (project / ".npmrc").write_text("x")
    git(project, "add", ".npmrc")
    git(project, "commit", "-m", "a")
    git(project, "worktree", "add", str(tmp_path / "tree"))
    assert tokens.tracked(str(tmp_path / "tree"), ".npmrc") is True
    git(project, "update-index", "--split-index")
    assert tokens.tracked(str(project), "other") is None
    assert tokens.tracked(str(tmp_path / "nowhere"), ".npmrc") is None
    for broken in (b"", b"DIRC", b"DIRC" + bytes(40), b"DIRC\0\0\0\2\xff\xff\xff\xff" + b"\1" * 100):
        assert tokens.holds(broken, b".npmrc") is None
    (project / ".git" / "index").unlink()
    os.mkfifo(project / ".git" / "index")
    assert tokens.tracked(str(project), ".npmrc") is None


def test_nothing_that_a_repository_names_is_run(project: Path, tmp_path: Path) -> None:
    git(project, "init")
    evil = program(tmp_path / "evil", f"touch {tmp_path}/ran")
    (project / ".npmrc").write_text("_auth=hidden\n")
    git(project, "add", ".npmrc")
    git(project, "config", "core.fsmonitor", str(evil))
    (found,) = tokens.look(around(project))
    assert (found.lines, found.tracked) == ((1,), True)
    assert not (tmp_path / "ran").exists()
