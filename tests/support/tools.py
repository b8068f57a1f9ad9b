"""The real package managers that some tests compare with."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).parents[2] / ".tools"
PNPM, YARN, BUN, VERDACCIO = "12.21.0", "1.22.22", "1.4.5", "6.8.0"


def offer() -> None:
    """Puts pnpm, yarn, bun and verdaccio on the PATH: those in .tools, which CI fills with what npm gets it.

    What cannot be had is left out, and the tests that want it are skipped.
    """
    if os.environ.get("CI") and not FOLDER.exists() and shutil.which("npm"):
        _install()
    if FOLDER.is_dir():
        os.environ["PATH"] = f"{FOLDER / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"


def _install() -> None:
    arm = platform.machine().lower() in ("arm64", "aarch64")
    system = platform.system().lower()
    pnpm = f"@pnpm/exe.{system}-{'arm64' if arm else 'x64'}"
    bun = f"@oven/bun-{system}-{'aarch64' if arm else 'x64'}"
    packages = (f"{pnpm}@{PNPM}", f"{bun}@{BUN}", f"yarn@{YARN}")
    _add(FOLDER, packages, (f"{pnpm}/pnpm", f"{bun}/bin/bun", "yarn/bin/yarn"))
    # a dependency of its dependencies is not to be had in the version that they ask for
    own = FOLDER / "verdaccio"
    own.mkdir(exist_ok=True)
    (own / "package.json").write_text('{"overrides": {"node-fetch": "2.7.0"}}')
    _add(own, [f"verdaccio@{VERDACCIO}"], (".bin/verdaccio",))


def _add(folder: Path, packages: Sequence[str], places: Sequence[str]) -> None:
    """Installs the packages in a folder, and puts their programs to the others."""
    words = ["npm", "install", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--fetch-retries=0"]
    try:
        subprocess.run([*words, *packages], check=True, capture_output=True, timeout=90)
    except (OSError, subprocess.SubprocessError):
        return
    bin = FOLDER / "bin"
    bin.mkdir(exist_ok=True)
    for place in places:
        program = folder / "node_modules" / place
        if program.exists():
            (bin / program.name).symlink_to(program)
