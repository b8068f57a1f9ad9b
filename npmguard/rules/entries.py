"""What a package.json says can be loaded from the package, and whether a list of files holds it.

The rules are those of Node.js (main, exports, imports), of npm (bin, man, directories), of TypeScript (types,
typesVersions) and of bundlers (module, browser), as their documents have them and as they were seen to act.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from npmguard.rules.publishing import mapping

_DEEPEST = 20  # conditions within conditions
_MOST = 20_000  # targets
_MOST_LOOKS = 5_000_000  # at files, for the sake of patterns

# Conditions that a program which loads the package may have set; another is between the package and somebody.
_COMMON = (
    "import require node default node-addons module-sync browser module worker electron deno bun production "
    "development edge-light workerd react-server react-native style sass asset script webpack"
)
_TYPES = ("types", "typings")
# Fields that hold one path each, and who loads it.
_PATHS = {
    "module": "bundlers",
    "jsnext:main": "old bundlers",
    "react-native": "Metro",
    "style": "style bundlers",
    "sass": "style bundlers",
    "unpkg": "unpkg",
    "jsdelivr": "jsDelivr",
}


class Entry(NamedTuple):
    """One thing that a package.json says is there.

    `field` is the top-level field, `keys` lead to it. `targets` are the paths as they stand there, of which
    one has to be there. `how` says by whose rule: bin, main, module, exports, imports, types, browser, style,
    man, folder. `sure` is False where only some look for it.
    """

    field: str
    keys: tuple[str, ...]
    targets: tuple[str, ...]
    how: str
    sure: bool = True


class Wrong(NamedTuple):
    """Something that Node.js refuses in exports or imports, with the reason."""

    field: str
    keys: tuple[str, ...]
    target: str
    why: str


def entries(data: Mapping[str, Any]) -> Iterator[Entry | Wrong]:
    """All that a package.json says is there. Never raises, whatever its fields hold."""
    for number, entry in enumerate(_entries(data)):
        if number == _MOST:
            return
        yield entry


def _entries(data: Mapping[str, Any]) -> Iterator[Entry | Wrong]:
    main = data.get("main")
    if isinstance(main, str) and main:
        yield Entry("main", ("main",), (main,), "main")
    for field in _PATHS:
        found = data.get(field)
        if isinstance(found, str) and found:
            how = "style" if field in ("style", "sass", "unpkg", "jsdelivr") else "module"
            yield Entry(field, (field,), (found,), how, field == "module")
    yield from _bin(data)
    yield from _browser(data.get("browser"))
    if "exports" in data:
        yield from _exports(data["exports"])
    for key, value in mapping(data.get("imports")).items():
        if key.startswith("#"):
            yield from _targets("imports", ("imports", key), value, True, "imports")
    for field in _TYPES:
        found = data.get(field)
        if isinstance(found, str) and found:
            yield Entry(field, (field,), (found,), "types")
    for range, paths in mapping(data.get("typesVersions")).items():
        for pattern, listed in mapping(paths).items():
            targets = tuple(t for t in listed if isinstance(t, str)) if isinstance(listed, list) else ()
            if targets:
                yield Entry("typesVersions", ("typesVersions", range, pattern), targets, "types", False)
    man = data.get("man")
    for at, page in enumerate(man if isinstance(man, list) else [man]):
        if isinstance(page, str) and page:
            yield Entry("man", ("man", str(at)) if isinstance(man, list) else ("man",), (page,), "man", False)


def _bin(data: Mapping[str, Any]) -> Iterator[Entry]:
    """As npm's npm-normalize-package-bin takes it."""
    bin = data.get("bin")
    if isinstance(bin, str) and bin:
        yield Entry("bin", ("bin",), (bin,), "bin")
    elif isinstance(bin, list):
        for at, path in enumerate(bin):
            if isinstance(path, str) and path:
                yield Entry("bin", ("bin", str(at)), (path,), "bin")
    elif isinstance(bin, Mapping):
        for name, path in bin.items():
            if isinstance(path, str) and path:
                yield Entry("bin", ("bin", name), (path,), "bin")
    folder = mapping(data.get("directories")).get("bin")
    if not bin and isinstance(folder, str) and folder:
        yield Entry("directories", ("directories", "bin"), (folder,), "folder")


def _browser(value: object) -> Iterator[Entry]:
    if isinstance(value, str) and value:
        yield Entry("browser", ("browser",), (value,), "module")
    for key, target in mapping(value).items():
        if isinstance(target, str) and target.startswith("./"):
            yield Entry("browser", ("browser", key), (target,), "browser", False)


def _exports(value: object) -> Iterator[Entry | Wrong]:
    paths = [key for key in mapping(value) if key.startswith(".")]
    if paths and len(paths) < len(mapping(value)):
        other = next(key for key in mapping(value) if not key.startswith("."))
        yield Wrong("exports", ("exports", other), other, "paths and conditions stand side by side")
    if not paths:
        yield from _targets("exports", ("exports",), value, True, "exports")
    for key in paths:
        yield from _targets("exports", ("exports", key), mapping(value)[key], True, "exports")


def _targets(
    field: str, keys: tuple[str, ...], value: object, sure: bool, how: str
) -> Iterator[Entry | Wrong]:
    """The targets below one key of exports or imports."""
    if isinstance(value, str):
        why = _refused(value, field)
        if why is not None:
            yield Wrong(field, keys, value, why)
        elif value.startswith("./"):
            typed = value.endswith((".d.ts", ".d.mts", ".d.cts"))
            # types that the package imports itself are of use to nobody else
            sure = sure and not (typed and field == "imports")
            yield Entry(field, keys, (value,), "types" if typed else how, sure)
    elif isinstance(value, list):
        # a fallback: Node.js takes the first that is well formed, bundlers the first that is there
        found = [
            entry
            for at, item in enumerate(value[:100])
            for entry in _targets(field, (*keys, str(at)), item, sure, how)
            if isinstance(entry, Entry)
        ]
        if found:
            together = tuple(target for entry in found for target in entry.targets)
            yield Entry(field, keys, together, found[0].how, all(entry.sure for entry in found))
    elif isinstance(value, Mapping) and len(keys) < _DEEPEST:
        for condition, inner in value.items():
            types = condition in _TYPES or condition.startswith("types@")
            known = condition in _COMMON.split() or types
            yield from _targets(field, (*keys, condition), inner, sure and known, "types" if types else how)


def _refused(target: str, field: str) -> str | None:
    """Why Node.js throws at that target, or None."""
    if not target.startswith("./"):
        if field == "imports" and not target.startswith(("../", "/")) and target:
            return None  # another package
        return "it does not begin with ./"
    parts = re.split(r"[/\\]", target[2:])
    if any(part in (".", "..") or part.lower() == "node_modules" for part in parts):
        return "it leads through . or .. or node_modules"
    return None


class Files:
    """The files of a package, asked as those who load them ask."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.paths = frozenset(paths)
        self._looks = 0

    @cached_property
    def folders(self) -> frozenset[str]:
        """Every folder that holds something, "" for the package itself."""
        found = {""}
        for path in self.paths:
            folder = posixpath.dirname(path)
            while folder and folder != "/" and folder not in found:
                found.add(folder)
                folder = posixpath.dirname(folder)
        return frozenset(found)

    @cached_property
    def _lower(self) -> dict[str, str]:
        return {path.lower(): path for path in self.paths}

    def has(self, entry: Entry) -> bool:
        """Is one of the targets there?"""
        return any(self._has(target, entry.how) for target in entry.targets)

    def alike(self, target: str) -> str | None:
        """The file whose path differs from this one in the case of letters alone."""
        return self._lower.get(tidy(target).lower())

    def _has(self, target: str, how: str) -> bool:
        path = tidy(target)
        if how in ("exports", "imports"):
            return self._exported(target, path)
        if "*" in path:
            return self._fitting(path)
        if how in ("bin", "man"):
            return path in self.paths
        if how == "folder":
            return path in self.folders
        if how == "types":
            return self._typed(path, target.endswith("/"))
        if how == "style":
            return path in self.paths or self._loaded(path, (".css", ".scss", ".sass", ".less", ".js"))
        # bundlers also try the endings of the languages that they know
        more = (".mjs", ".cjs", ".ts", ".tsx", ".jsx") if how in ("module", "browser") else ()
        return self._loaded(path, (".js", ".json", ".node", *more))

    def _exported(self, target: str, path: str) -> bool:
        if "*" in target:
            return self._fitting(target.removeprefix("./"))
        if target.endswith("/"):
            return path in self.folders
        return path in self.paths

    def _loaded(self, path: str, endings: tuple[str, ...]) -> bool:
        """As require does: the file, with an ending, or the folder's package.json or index."""
        if path and (path in self.paths or any(path + ending in self.paths for ending in endings)):
            return True
        before = f"{path}/" if path else ""
        return any(f"{before}index{ending}" in self.paths for ending in endings) or (
            bool(path) and f"{path}/package.json" in self.paths
        )

    def _typed(self, path: str, folder: bool) -> bool:
        endings = (".d.ts", ".ts", ".tsx", ".d.mts", ".d.cts", ".mts", ".cts")
        if not folder and path in self.paths:
            return True
        stem = re.sub(r"\.([cm]?)jsx?$", r"", path)
        before = f"{path}/" if path else ""
        return any(
            f"{one}{ending}" in self.paths for one in (path, stem, f"{before}index") for ending in endings
        )

    def _fitting(self, pattern: str) -> bool:
        """Does a file fit a pattern? Every * stands for the same text, slashes among it.

        Of patterns without end the last ones are taken for fitting.
        """
        start, *rest = pattern.split("*")
        self._looks += len(self.paths)
        if self._looks > _MOST_LOOKS:
            return True
        for path in self.paths:
            if not (path.startswith(start) and path.endswith(rest[-1])):
                continue
            length = len(path) - len(start) - sum(map(len, rest))
            if length <= 0 or length % len(rest):
                continue
            star = path[len(start) : len(start) + length // len(rest)]
            if path == start + "".join(star + part for part in rest):
                return True
        return False


def tidy(target: str) -> str:
    """A target as the path of a packed file: without ./ and detours, never above the package."""
    return posixpath.normpath("/" + target.replace("\\", "/")).lstrip("/")
