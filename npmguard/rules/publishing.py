"""What the rules about publishing share: places, sizes, sentences, and fields that may hold anything."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from npmguard import text
from npmguard.jsontext import pointer
from npmguard.model import Fix, Leak, Location, Packed, Project

# Folders of what is made up: tests, and what stands beside them.
_TEST_WORDS = (
    "test tests __tests__ spec specs __specs__ fixture fixtures __fixtures__ mock mocks __mocks__ testdata "
    "e2e cypress benchmark benchmarks"
)
_SAMPLE_WORDS = "example examples demo demos sample samples template templates"
_TESTS = frozenset(_TEST_WORDS.split())
_SAMPLES = _TESTS | frozenset(_SAMPLE_WORDS.split())


def place(project: Project, path: str, line: int | None = None) -> Location:
    """Where a packed file is: beside the package.json, as the user knows that; never above it."""
    inside = posixpath.normpath(f"/{path}").lstrip("/")
    return Location(posixpath.join(posixpath.dirname(project.manifest.file), inside), None, line)


def field(project: Project, *keys: str) -> Location:
    """A field of the package.json, where what counts of it stands."""
    instead = ("publishConfig",) if keys and keys[0] in _replaced(project) else ()
    return Location(project.manifest.file, pointer(*instead, *keys))


def published(project: Project) -> Mapping[str, Any]:
    """The package.json as it is packed: pnpm and yarn berry put fields of publishConfig over it."""
    replaced = _replaced(project)
    return {**project.manifest.data, **replaced} if replaced else project.manifest.data


def _replaced(project: Project) -> dict[str, Any]:
    packed = project.packed
    if project.manager not in ("pnpm", "yarn-berry") or packed is None or packed.source != "folder":
        return {}
    found = mapping(project.manifest.data.get("publishConfig"))
    return {name: found[name] for name in _REPLACED if name in found}


_REPLACED = (
    "bin",
    "browser",
    "exports",
    "imports",
    "main",
    "module",
    "types",
    "typesVersions",
    "typings",
    "umd:main",
    "unpkg",
)


def shown(path: str) -> str:
    """A path of a package for a sentence."""
    return text.one_line(path, 120) or '""'


def size(count: int) -> str:
    """A number of bytes, in words as npm writes them."""
    if count < 1000:
        return "1 byte" if count == 1 else f"{count} bytes"
    value = float(count)
    for unit in ("kB", "MB", "GB"):
        value /= 1000
        if value < 999.5 or unit == "GB":
            break
    return f"{value:.1f} {unit}" if value < 99.5 else f"{value:.0f} {unit}"


def mapping(value: object) -> Mapping[str, Any]:
    """The value where it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def words(value: object) -> str:
    """The value where it is text, else nothing."""
    return value if isinstance(value, str) else ""


def scripts(data: Mapping[str, Any]) -> dict[str, str]:
    """The scripts of a package.json: name to command, without what is no text or empty."""
    found = mapping(data.get("scripts"))
    return {name: command for name, command in found.items() if isinstance(command, str) and command.strip()}


def files_list(data: Mapping[str, Any]) -> list[str] | None:
    """The `files` of a package.json, or None where it has none that npm goes by."""
    found = data.get("files")
    return [entry for entry in found if isinstance(entry, str)] if isinstance(found, list) else None


def bundles(data: Mapping[str, Any]) -> bool:
    """Does the package carry dependencies of its own inside?"""
    found = data.get("bundleDependencies", data.get("bundledDependencies"))
    return found is True or bool(found and isinstance(found, list | dict))


def is_sample(path: str) -> bool:
    """Does the file lie among tests, examples or templates, where most things are made up?"""
    return not _SAMPLES.isdisjoint(path.lower().split("/")[:-1])


def is_test(path: str) -> bool:
    """Is the file a test, or does it lie among tests?"""
    folder, _, name = path.lower().rpartition("/")
    return ".test." in name or ".spec." in name or _holds_tests(folder)


def is_key(leak: Leak) -> bool:
    """Is it a private key, which tests have need of like nothing else?"""
    return leak.detector.startswith("private-key")


@lru_cache(maxsize=4096)
def _holds_tests(folder: str) -> bool:
    return not _TESTS.isdisjoint(folder.split("/"))


def keep_out(project: Project, packed: Packed, *patterns: str) -> tuple[str, Fix]:
    """How to leave out what ignore patterns name: in a sentence, and as a fix."""
    patterns = tuple(text.one_line(pattern, 200) for pattern in patterns)
    if files_list(project.manifest.data) is not None:
        line = ", ".join(f'"!{pattern}"' for pattern in patterns)
        return f'Add {line} to the end of "files" in package.json.', Fix("edit", line)
    what = "the line" if len(patterns) == 1 else "the lines"
    listed = ", ".join(patterns)
    if ".npmignore" in (packed.ignore_files or ()):
        return f"Add {what} {listed} to .npmignore.", Fix("edit", listed)
    # an .npmignore made for this would hide the .gitignore
    advice = f'Name what belongs into the package in "files" of package.json, or add {what}'
    return f"{advice} {listed} to .gitignore.", Fix("edit", listed)


def closed(project: Project) -> list[str]:
    """What makes the package look as if it were not for everybody, in words; the plainest first."""
    data = project.manifest.data
    found = []
    licence = licence_of(data)
    if licence.upper() == "UNLICENSED":
        found.append("its licence is UNLICENSED")
    elif licence.upper().startswith("SEE LICEN"):
        found.append(f'its licence is "{text.one_line(licence, 60)}"')
    elif not licence:
        found.append("it names no licence")
    if not repository(data):
        found.append("it names no repository")
    return found


def licence_of(data: Mapping[str, Any]) -> str:
    """The licence that a package.json names, in any of the ways that were ever usual; "" for none."""
    found = data.get("license", data.get("licence", data.get("licenses")))
    if isinstance(found, list):
        found = found[0] if found else None
    if isinstance(found, Mapping):
        found = found.get("type")
    return words(found).strip()


def repository(data: Mapping[str, Any]) -> str:
    """The repository that a package.json names, as it stands there; "" for none."""
    found = data.get("repository")
    return words(mapping(found).get("url") if isinstance(found, Mapping) else found).strip()
