"""For which systems a package is made, and whether this one is among them: os, cpu and libc of package.json.

The words are those of Node.js (`process.platform`, `process.arch`); npm leaves an optional dependency out
that is not for the system it runs on.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from functools import cache

_CPUS = {
    "x86_64": "x64",
    "amd64": "x64",
    "i386": "ia32",
    "i686": "ia32",
    "x86": "ia32",
    "aarch64": "arm64",
    "armv7l": "arm",
    "armv6l": "arm",
}
_SYSTEMS = {"cygwin": "win32", "sunos5": "sunos"}


def suits(os: Sequence[str], cpu: Sequence[str], libc: Sequence[str] = ()) -> bool:
    """Is a package with these fields for this system? Empty ones are for all."""
    return (
        _named(os, this_system())
        and _named(cpu, this_cpu())
        and (not libc or this_system() != "linux" or _named(libc, this_libc()))
    )


def _named(listed: Sequence[str], own: str) -> bool:
    """`!win32` rules one out; where none is ruled in, all others are for it."""
    if f"!{own}" in listed:
        return False
    wanted = [word for word in listed if not word.startswith("!")]
    return not wanted or own in wanted or "any" in wanted


def this_system() -> str:
    """The system as Node.js calls it: linux, darwin, win32 and the like."""
    return _SYSTEMS.get(
        sys.platform, sys.platform.rstrip("0123456789") if sys.platform != "win32" else "win32"
    )


@cache
def this_cpu() -> str:
    """The processor as Node.js calls it: x64, arm64 and the like."""
    machine = platform.machine().lower()
    return _CPUS.get(machine, machine)


@cache
def this_libc() -> str:
    """glibc or musl."""
    return "glibc" if platform.libc_ver()[0] == "glibc" else "musl"
