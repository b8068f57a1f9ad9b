"""What lies in node_modules: the install scripts and licences of packages that are there already."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from npmguard import jsontext
from npmguard.errors import InputError
from npmguard.licences import named, worded
from npmguard.model import DependencyGraph, Package
from npmguard.project.files import read

_SCRIPTS = ("preinstall", "install", "postinstall")
_STORE = "node_modules/.pnpm"


def scripts(folder: str, graph: DependencyGraph) -> dict[str, Mapping[str, str]]:
    """The scripts that an install runs, by key, of the packages in node_modules that may have some.

    npm's lockfile says where each lies. For the others it is looked for at the top of node_modules, where
    they put what they can, and in pnpm's own store there. Only the version that the lockfile names counts.
    Nothing outside the project's folder is read, and what cannot be read is left out.
    """
    asked = (package for package in graph.foreign if package.has_install_script is not False)
    return {
        key: _run(document, os.path.isfile(os.path.join(here, "binding.gyp")))
        for key, here, document in _manifests(folder, asked)
    }


def licences(folder: str, graph: DependencyGraph) -> dict[str, str]:
    """The licences of packages, by key: as the lockfile notes them, else as node_modules has them.

    npm's lockfile does since version 2; no other does. What is read of node_modules is as for `scripts`.
    """
    noted = {key: text for key, value in graph.licences().items() if (text := worded(value)) is not None}
    asked = (package for package in graph.foreign if package.key not in noted)
    read = {key: text for key, _, document in _manifests(folder, asked) if (text := named(document))}
    return noted | read


def _manifests(folder: str, packages: Iterable[Package]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(key, its folder, its package.json) of those of the packages that lie in node_modules."""
    if not os.path.isdir(os.path.join(folder, "node_modules")):
        return
    inside = os.path.realpath(folder) + os.sep
    stored = _stored(folder)
    for package in packages:
        for place in _places(package, stored):
            here = os.path.join(folder, *place.split("/"))
            path = os.path.join(here, "package.json")
            if not os.path.isfile(path) or not os.path.realpath(path).startswith(inside):
                continue
            try:
                document = jsontext.loads(read(path, path), path)
            except InputError:
                continue
            if not isinstance(document, dict) or document.get("version") != package.version:
                continue
            if place != package.key and document.get("name") != package.name:
                continue
            yield package.key, here, document
            break


def _places(package: Package, stored: list[str]) -> Iterator[str]:
    """The folders that the package may lie in, relative to the project."""
    if "node_modules/" in package.key:
        yield package.key
        return
    yield f"node_modules/{package.alias or package.name}"
    label = package.label.replace("/", "+")
    for name in stored[bisect_left(stored, label) :]:
        if not name.startswith(label):
            break
        if name[len(label) :][:1] in ("", "_", "("):  # what follows are its peers
            yield f"{_STORE}/{name}/node_modules/{package.name}"
            break


def _stored(folder: str) -> list[str]:
    """The names of the folders in pnpm's store, sorted."""
    try:
        return sorted(os.listdir(os.path.join(folder, *_STORE.split("/"))))
    except OSError:
        return []


def _run(document: Mapping[str, object], add_on: bool) -> dict[str, str]:
    texts = document.get("scripts")
    known = texts if isinstance(texts, dict) else {}
    found = {name: known[name] for name in _SCRIPTS if isinstance(known.get(name), str) and known[name]}
    if add_on and document.get("gypfile") is not False and not ("install" in found or "preinstall" in found):
        found["install"] = "node-gyp rebuild"
    return found
