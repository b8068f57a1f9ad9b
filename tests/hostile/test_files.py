"""What an attacker, or a bad merge, could put in place of a project's files."""

import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.projects import entry, write

from npmguard.__main__ import main

LOCK = {
    "name": "demo",
    "version": "1.0.0",
    "lockfileVersion": 3,
    "packages": {"": {"name": "demo", "version": "1.0.0", "dependencies": {"a": "^1.0.0"}}},
}
ASKING = {"dependencies": {"a": "^1.0.0"}}
FILES = ("package.json", "package-lock.json")
CONFLICT = (
    b'{\n  "name": "demo",\n<<<<<<< HEAD\n  "version": "1.0.0"\n=======\n  "version": "1.0.1"\n>>>>>>> b\n}\n'
)
NOT_JSON: list[tuple[str, bytes, str]] = [
    ("empty", b"", "the file is empty"),
    ("blank", b" \n\n", "the file is empty"),
    ("words", b"hello", ":1: not JSON"),
    ("cut off", b'{"name": "demo",\n"dependencies": {"a":', ":2: not whole JSON: the file ends too early"),
    ("cut off in a text", b'{"name": "de', ":1: not "),
    ("merge conflict", CONFLICT, ":3: merge-conflict markers"),
    ("a comma too many", b'{"name": "demo",\n}', ":2: not JSON"),
    ("comments", b'{\n// no\n"name": "demo"}', ":2: not JSON"),
    ("single quotes", b"{'name': 'demo'}", ":1: not JSON"),
    ("a key twice", b'{"name": "demo",\n"name": "other"}', ':2: the key "name" stands twice'),
    ("NaN", b'{"name": NaN}', "NaN is not JSON"),
    ("an endless number", b'{"name": 1' + b"0" * 10_000 + b"}", "package"),
    ("deep lists", b"[" * 100_000, "nested too deeply"),
    ("deep objects", b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested too deeply"),
    ("NUL", b'{"name": "de\0mo"}', ":1: not JSON"),
    ("all NUL", b"\0" * 5000, ":1: not JSON"),
    ("not UTF-8", b'{\n"name": "\xff\xfe"}', ":2: not UTF-8 text"),
    ("UTF-16", '{"name": "demo"}'.encode("utf-16"), "not UTF-8 text"),
    ("half a character", b'{"name": "\xed\xa0\x80"}', ":1: not UTF-8 text"),
    ("a number", b"42", "package"),
    ("a text", b'"demo"', "package"),
    ("nothing", b"null", "package"),
    ("a list", b"[]", "package"),
]


def check(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str, str]:
    """(exit code, stdout, stderr) of an audit that asks nobody."""
    code = main(["check", str(folder), "--offline", "--format", "json", *options])
    found = capsys.readouterr()
    return code, found.out, found.err


def refused(found: tuple[int, str, str]) -> str:
    """The one line of an audit that could not be done."""
    code, out, err = found
    assert code == 2
    assert out == ""
    assert err.startswith("npmguard: ")
    assert err.count("\n") == 1
    assert "mistake" not in err
    return err


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize(("what", "data", "says"), NOT_JSON, ids=[case[0] for case in NOT_JSON])
def test_what_is_no_package_file_is_refused_in_one_line(
    here: Path, capsys: pytest.CaptureFixture[str], file: str, what: str, data: bytes, says: str
) -> None:
    write(here, ASKING, {"node_modules/a": entry("a", "1.0.0")})
    (here / file).write_bytes(data)
    line = refused(check(here, capsys))
    assert line.startswith(f"npmguard: {file}")
    assert says in line


def test_a_byte_order_mark_is_let_pass_as_npm_does(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, ASKING, {"node_modules/a": entry("a", "1.0.0")})
    for file in FILES:
        (here / file).write_bytes(b"\xef\xbb\xbf" + (here / file).read_bytes())
    code, out, _ = check(here, capsys, "--only", "lockfile-drift")
    assert code == 0
    assert json.loads(out)["projects"][0]["packages"] == 1


@pytest.mark.parametrize(
    "version", [4, 99, -1, 3.5, "3", True, [], {}, 10**400], ids=lambda v: str(v)[:8] or "empty"
)
def test_a_lockfile_version_that_is_not_known(
    here: Path, capsys: pytest.CaptureFixture[str], version: Any
) -> None:
    write(here, ASKING, {"node_modules/a": entry("a", "1.0.0")})
    text = json.dumps({**LOCK, "lockfileVersion": 0}).replace(
        '"lockfileVersion": 0',
        f'"lockfileVersion": {json.dumps(version) if version != 10**400 else "1" + "0" * 400}',
    )
    (here / "package-lock.json").write_text(text)
    assert "lockfileVersion" in refused(check(here, capsys)) or version == 10**400


WRONG: list[tuple[str, Any]] = [
    ("packages", []),
    ("packages", "no"),
    ("packages", 3),
    ("packages", {"node_modules/a": None}),
    ("packages", {"node_modules/a": []}),
    ("packages", {"node_modules/a": {"version": 1}}),
    ("packages", {"node_modules/a": {"version": "1.0.0", "resolved": {}}}),
    ("packages", {"node_modules/a": {"version": "1.0.0", "integrity": []}}),
    ("packages", {"node_modules/a": {"version": "1.0.0", "dependencies": "b"}}),
    ("packages", {"node_modules/a": {"version": "1.0.0", "dependencies": {"b": 1}}}),
    ("packages", {"node_modules/a": {"link": True}}),
    ("packages", {"node_modules/a": {"name": 7, "version": "1.0.0"}}),
]


@pytest.mark.parametrize(("key", "value"), WRONG, ids=[json.dumps(case[1])[:60] for case in WRONG])
def test_wrong_types_in_a_lockfile(
    here: Path, capsys: pytest.CaptureFixture[str], key: str, value: Any
) -> None:
    write(here, ASKING, {})
    (here / "package-lock.json").write_text(json.dumps({**LOCK, key: value}, indent=1))
    assert "package-lock.json" in refused(check(here, capsys))


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"dependencies": ["a"]}, 4),
        ({"dependencies": {"a": 1}}, 5),
        ({"devDependencies": "a"}, 4),
        ({"optionalDependencies": {"a": None}}, 5),
        ({"peerDependencies": {"a": {}}}, 5),
        ({"name": 1}, 2),
        ({"version": {}}, 3),
    ],
    ids=json.dumps,
)
def test_wrong_types_in_package_json(
    here: Path, capsys: pytest.CaptureFixture[str], fields: dict[str, Any], line: int
) -> None:
    write(here, ASKING, {"node_modules/a": entry("a", "1.0.0")})
    (here / "package.json").write_text(json.dumps({"name": "demo", "version": "1.0.0", **fields}, indent=1))
    assert refused(check(here, capsys)).startswith(f"npmguard: package.json:{line}: ")


@pytest.mark.parametrize(
    "fields",
    [
        {"workspaces": 3},
        {"workspaces": {"packages": "x"}},
        {"workspaces": ["**/**/**/**/*{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}"]},
        {"workspaces": ["../../../../*"]},
        {"workspaces": ["/etc/*"]},
        {"workspaces": [{}, None]},
        {"overrides": []},
        {"overrides": {"a": [1]}},
        {"overrides": {"a": {"b": {"c": {"d": 4}}}}},
        {"overrides": {"a": "$a", "b": "$nobody"}},
        {"npmguard": None},
        {"scripts": "x"},
        {"bin": [[]]},
        {"peerDependenciesMeta": [1]},
        {"bundleDependencies": {"x": 1}},
        {"engines": 4, "os": {"a": 1}, "cpu": None},
    ],
    ids=lambda fields: json.dumps(fields)[:60],
)
def test_odd_fields_that_npm_lives_with(
    here: Path, capsys: pytest.CaptureFixture[str], fields: dict[str, Any]
) -> None:
    write(here, {**ASKING, **fields}, {"node_modules/a": entry("a", "1.0.0", **fields)})
    code, _, err = check(here, capsys)
    assert code in (0, 1, 2, 3)
    assert "mistake" not in err
    assert err.count("\n") == (1 if code == 2 else 0)


def test_a_ring_of_packages_and_links(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(
        here,
        ASKING,
        {
            "node_modules/a": entry("a", "1.0.0", dependencies={"b": "1.0.0", "a": "1.0.0"}),
            "node_modules/b": entry("b", "1.0.0", dependencies={"a": "^1.0.0", "c": "*"}),
            "node_modules/c": {"resolved": "node_modules/d", "link": True},
            "node_modules/d": {"resolved": "node_modules/c", "link": True},
            "node_modules/e": {"resolved": "node_modules/e", "link": True},
            "node_modules/f": {"resolved": "", "link": True},
            "node_modules/g": {"resolved": "../../../..", "link": True},
        },
    )
    code, out, _ = check(here, capsys)
    assert code in (0, 1, 3)
    assert json.loads(out)["projects"][0]["packages"] >= 2


def test_names_that_lead_elsewhere(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [
        "../../etc/passwd",
        "..",
        "a/../../b",
        "/etc",
        "a\u0000b",
        "\u202eevil",
        "x" * 5000,
        "@/",
        "a b",
        "",
    ]
    write(
        here,
        {"dependencies": dict.fromkeys(names, "1.0.0")},
        {f"node_modules/{n}": entry("a", "1.0.0") for n in names},
    )
    code, out, _ = check(here, capsys)
    assert code == 1
    assert "\u202e" not in out
    main(["check", str(here), "--offline"])
    shown = capsys.readouterr().out
    assert not {"\u202e", "\0", "\x1b"} & set(shown)


def test_text_from_outside_does_not_reach_the_terminal_raw(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = "\x1b]0;owned\x07\x1b[2J\r\u202e<script>[red]::error::"
    write(
        here,
        {"name": "demo", "version": evil, "dependencies": {"a": evil, "b": "^1.0.0"}},
        {
            "node_modules/a": entry("a", "1.0.0", deprecated=evil),
            "node_modules/b": entry("b", evil, resolved=f"http://h.example.test/{evil}"),
        },
    )
    for options in ([], ["-v"], ["--color", "always"]):
        main(["check", str(here), "--offline", *options])
        shown = capsys.readouterr().out
        assert "\x1b]" not in shown
        assert "\x1b[2J" not in shown
        assert not {"\r", "\x07", "\u202e"} & set(shown)


def limited(
    folder: Path, *options: str, seconds: int = 20, mib: int = 700
) -> subprocess.CompletedProcess[str]:
    """The real command, with no more CPU time and memory than that."""

    def bounds() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (mib << 20, mib << 20))

    return subprocess.run(
        [sys.executable, "-m", "npmguard", "check", str(folder), "--offline", *options],
        capture_output=True,
        text=True,
        timeout=90,
        preexec_fn=bounds,
        check=False,
    )


@pytest.mark.parametrize("file", [*FILES, "npmguard.toml", ".npmrc"])
def test_a_file_of_200_megabytes(here: Path, file: str) -> None:
    write(here, ASKING, {"node_modules/a": entry("a", "1.0.0")})
    with (here / file).open("wb") as out:
        out.write(b'{"name": "')
        out.truncate(200 << 20)
    done = limited(here, "--only", "lockfile-drift", mib=300)
    if file == ".npmrc":  # npm would read it; npmguard does without
        assert done.returncode == 0
    else:
        assert done.returncode == 2
        assert done.stderr == f"npmguard: {file}: 200 MiB is more than npmguard reads (32 MiB)\n"


def test_a_million_entries(here: Path) -> None:
    write(here, {}, {})
    with (here / "package-lock.json").open("w") as out:
        out.write('{"lockfileVersion": 3, "packages": {"": {}')
        for number in range(1_000_000):
            out.write(f',"node_modules/{number:x}":{{}}')
        out.write("}}")
    done = limited(here, mib=900)
    assert done.returncode == 2
    assert "package-lock.json" in done.stderr
    assert done.stderr.count("\n") == 1


def test_many_entries_that_all_ask_for_each_other(here: Path) -> None:
    names = [f"p{number}" for number in range(700)]
    everybody = dict.fromkeys(names, "^1.0.0")
    packages = {
        f"node_modules/{n}": entry(n, "1.0.0", dependencies=everybody, deprecated="old") for n in names
    }
    write(here, {"dependencies": {"p0": "1"}}, packages)
    done = limited(here, "--format", "json")
    assert done.returncode in (0, 1, 3), done.stderr


def test_a_long_chain(here: Path) -> None:
    packages = {
        f"node_modules/p{n}": entry(f"p{n}", "1.0.0", dependencies={f"p{n + 1}": "1.0.0"}, deprecated="old")
        for n in range(5000)
    }
    packages["node_modules/p5000"] = entry("p5000", "1.0.0", deprecated="old")
    write(here, {"dependencies": {"p0": "1"}}, packages)
    done = limited(here, "--format", "json")
    assert done.returncode in (0, 1, 3), done.stderr
    assert json.loads(done.stdout)["projects"][0]["packages"] == 5001


def test_old_entries_nested_without_end(here: Path) -> None:
    depth = 5000
    text = '{"version": "1.0.0", "dependencies": {"a": ' * depth + '{"version": "1.0.0"}' + "}}" * depth
    write(here, ASKING)
    (here / "package-lock.json").write_text(f'{{"lockfileVersion": 1, "dependencies": {{"a": {text}}}}}')
    done = limited(here)
    assert done.returncode == 2
    assert "nested" in done.stderr


def test_a_pipe_and_a_folder_in_place_of_a_file(here: Path) -> None:
    import os

    write(here, ASKING, {"node_modules/a": entry("a", "1.0.0")})
    (here / "npmguard.toml").mkdir()
    os.mkfifo(here / ".npmrc")
    assert limited(here, "--only", "lockfile-drift").returncode == 0
    (here / "package-lock.json").unlink()
    os.mkfifo(here / "package-lock.json")
    assert limited(here, "--only", "lockfile-missing").returncode == 1


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["^1.0.0", "file:..", "a"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=6)
            | st.sampled_from(
                [
                    "",
                    "a",
                    "name",
                    "version",
                    "dependencies",
                    "packages",
                    "node_modules/a",
                    "resolved",
                    "integrity",
                    "link",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    manifest=st.dictionaries(st.sampled_from(["name", "dependencies", "workspaces", "overrides"]), JSON),
    lock=JSON,
    packages=JSON,
)
def test_any_two_documents_end_in_a_report_or_one_line(
    here: Path, capsys: pytest.CaptureFixture[str], manifest: Any, lock: Any, packages: Any
) -> None:
    (here / "package.json").write_text(json.dumps(manifest))
    if isinstance(lock, dict):
        lock = {"lockfileVersion": 3, **lock, "packages": packages}
    (here / "package-lock.json").write_text(json.dumps(lock))
    code, out, err = check(here, capsys)
    assert code in (0, 1, 2, 3)
    assert "mistake" not in err
    if code == 2:
        assert err.count("\n") == 1
    else:
        assert json.loads(out)["summary"]["exit_code"] == code
