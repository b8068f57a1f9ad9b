"""The Dockerfile: what a container is made of, without a Docker at hand."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from support import checkout

TOP = Path(__file__).parents[2]
UNREACHED = re.compile("connection|timed out|No matching distribution", re.IGNORECASE)


class Instruction(NamedTuple):
    word: str
    rest: str


def stages() -> list[list[Instruction]]:
    """The instructions of each stage; those before the first FROM are left out."""
    text = (TOP / "Dockerfile").read_text()
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"\\\n\s*", "", text)
    found: list[list[Instruction]] = []
    for line in filter(None, text.split("\n")):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            found.append([])
        if found:
            found[-1].append(Instruction(word, rest.strip()))
    return found


def every(word: str) -> Iterator[str]:
    return (i.rest for stage in stages() for i in stage if i.word == word)


def test_the_base_has_a_version_and_can_be_pinned_harder() -> None:
    (base,) = re.findall(r"^ARG BASE=(\S+)$", (TOP / "Dockerfile").read_text(), re.MULTILINE)
    assert re.fullmatch(r"python:3\.\d+-slim-[a-z]+", base)
    assert [rest.partition(" ")[0] for rest in every("FROM")] == ["${BASE}", "${BASE}"]


def test_it_does_not_run_as_root() -> None:
    last = stages()[-1]
    (user,) = (i.rest for i in last if i.word == "USER")
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", user)  # a number, so that Kubernetes can tell it is not root
    words = [i.word for i in last]
    assert words.index("USER") > max(n for n, word in enumerate(words) if word in ("RUN", "COPY"))


def test_the_image_holds_what_was_built_and_neither_pip_nor_sources() -> None:
    last = stages()[-1]
    assert [i.rest for i in last if i.word == "COPY"] == ["--from=build /opt/npmguard /opt/npmguard"]
    assert all("pip" not in i.rest for i in last)
    assert list(every("ADD")) == []
    assert list(every("HEALTHCHECK")) == []
    for line in every("RUN"):
        for command in line.split("&&"):
            if " install " in command or " wheel " in command:
                assert "--no-cache-dir" in command
                assert "--require-hashes" in command or "--no-deps" in command
    assert "curl" not in " ".join(every("RUN"))


def test_no_secret_is_built_in() -> None:
    for line in (*every("ENV"), *every("ARG")):
        assert not re.search("token|secret|password", line, re.IGNORECASE)


def test_what_is_sent_to_the_builder_is_what_it_copies() -> None:
    ignored = (TOP / ".dockerignore").read_text().split("\n")
    assert ignored[1] == "*"
    kept = {line[1:] for line in ignored if line.startswith("!")}
    first = stages()[0]
    copied = {word for i in first if i.word == "COPY" for word in shlex.split(i.rest)[:-1]}
    assert kept == copied


def pins(name: str) -> dict[str, str]:
    text = (TOP / "requirements" / f"{name}.txt").read_text()
    return dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE))


@pytest.mark.parametrize("name", ["run", "build"])
def test_what_is_installed_is_what_was_tested(name: str) -> None:
    tested = pins("dev")
    assert len(pins(name)) > 3
    assert {package: tested.get(package) for package in pins(name)} == pins(name)


@pytest.mark.oracle
@pytest.mark.skipif(os.name != "posix", reason="the lines of a Dockerfile are those of a POSIX shell")
def test_the_commands_of_the_first_stage_build_it(tmp_path: Path) -> None:
    """The instructions carried out one by one, with folders of the test in place of the image's."""
    source = tmp_path / "src"
    source.mkdir()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    env = {**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    for instruction in stages()[0]:
        if instruction.word == "COPY":
            checkout.copy(source, shlex.split(instruction.rest)[:-1])
        elif instruction.word == "RUN":
            line = instruction.rest.replace("/opt/", f"{shlex.quote(str(tmp_path))}/opt/")
            (tmp_path / "opt").mkdir(exist_ok=True)
            done = subprocess.run(
                ["sh", "-c", line], cwd=source, env=env, capture_output=True, text=True, check=False
            )
            if done.returncode and UNREACHED.search(done.stderr):
                pytest.skip("pip reaches no index here")
            assert done.returncode == 0, done.stderr
    program = tmp_path / "opt" / "npmguard" / "bin" / "npmguard"
    found = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=True)
    assert found.stdout.startswith("npmguard ")
    assert not (program.parent / "pip").exists()
    held = subprocess.run(
        [str(program), "explain", "lockfile-drift"], capture_output=True, text=True, check=True
    )
    assert "lockfile" in held.stdout
