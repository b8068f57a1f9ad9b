"""What action.yml runs: installs npmguard into an environment of its own, checks, and tells what came of it.

The working directory holds somebody's project, which in a pull request may be anybody's: it must not be where
Python looks for modules. So every interpreter runs isolated (-I), and nothing goes through a shell.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
_FORMATS = ("sarif", "markdown")


class Mistake(Exception):
    """An input that makes no sense, in one line."""


def main(env: Mapping[str, str]) -> int:
    """The whole step; gives the exit code of npmguard, 2 where it did not come to that."""
    try:
        words = command(env)
        python = installed(env)
        code = subprocess.run([python, "-I", "-m", "npmguard", *words], check=False).returncode  # noqa: S603
    except Mistake as mistake:
        print(f"::error title=npmguard::{mistake}", flush=True)
        code = 2
    tell(env, code)
    return code


def command(env: Mapping[str, str]) -> list[str]:
    """The words of the command line that the inputs ask for. Raises Mistake."""
    words = ["check", "--format", _input(env, "format") or "github"]
    for name in _FORMATS:
        if _input(env, name):
            words += ["--format", name, "--output", _input(env, name)]
    if _input(env, "fail-on"):
        words += ["--fail-on", _input(env, "fail-on")]
    try:
        words += shlex.split(_input(env, "args"))
    except ValueError as error:
        raise Mistake(f"args: {str(error).lower()}") from None
    paths = (line.strip() for line in _input(env, "paths").split("\n"))
    return [*words, "--", *(path for path in paths if path)]


def installed(env: Mapping[str, str]) -> str:
    """The Python that has npmguard, installed where no step of this job has done so. Raises Mistake."""
    version = _input(env, "version")
    if version and not re.fullmatch(r"[0-9][0-9A-Za-z.!+]*", version):
        raise Mistake("version: not a version such as 0.1.0")
    folder = Path(env.get("RUNNER_TEMP") or tempfile.gettempdir(), f"npmguard-{version or 'own'}")
    scripts, ending = ("Scripts", ".exe") if os.name == "nt" else ("bin", "")
    python = str(folder / scripts / f"python{ending}")
    if (folder / scripts / f"npmguard{ending}").exists():
        return python
    venv.create(folder, symlinks=os.name != "nt")
    pip = [sys.executable, "-I", "-m", "pip", "--python", python]
    pip += ["--quiet", "--disable-pip-version-check", "install"]
    print("::group::Install npmguard", flush=True)
    for what in _wanted(version):
        if subprocess.run([*pip, *what], check=False).returncode:  # noqa: S603
            raise Mistake("npmguard could not be installed: see above what pip says")
    print("::endgroup::", flush=True)
    return python


def _wanted(version: str) -> list[list[str]]:
    """What to give to pip install: a release, or this checkout with what it needs, locked by hashes."""
    if version:
        return [["--only-binary", ":all:", f"npmguard[js,signatures]=={version}"]]
    locked = [
        word for name in ("run", "build") for word in ("-r", str(HOME / "requirements" / f"{name}.txt"))
    ]
    return [["--require-hashes", *locked], ["--no-deps", "--no-build-isolation", str(HOME)]]


def tell(env: Mapping[str, str], code: int) -> None:
    """Writes the outputs of the step."""
    place = env.get("GITHUB_OUTPUT")
    if not place:
        return
    lines = [f"exit-code={code}\n"]
    if code != 2:
        found = {name: _input(env, name) for name in _FORMATS}
        lines += [f"{name}={path}\n" for name, path in found.items() if path and Path(path).is_file()]
    with open(place, "a", encoding="utf-8") as file:
        file.write("".join(lines))


def _input(env: Mapping[str, str], name: str) -> str:
    """An input; all but the lists are of one line, so that none can add an output of its own."""
    found = env.get(f"NPMGUARD_{name.upper().replace('-', '_')}", "").strip()
    if name not in ("paths", "args") and re.search(r"[\x00-\x1f\x7f]", found):
        raise Mistake(f"{name}: must be of one line")
    return found


if __name__ == "__main__":
    sys.exit(main(os.environ))
