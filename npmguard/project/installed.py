"""What lies in node_modules: the install scripts of packages that are there already."""

from __future__ import annotations

import os
from collections.abc import Mapping

from npmguard import jsontext
from npmguard.errors import InputError
from npmguard.model import DependencyGraph
from npmguard.project.files import read

_SCRIPTS = ("preinstall", "install", "postinstall")


def scripts(folder: str, graph: DependencyGraph) -> dict[str, Mapping[str, str]]:
    """The scripts that an install runs, by install path, of the packages in node_modules that may have some.

    Only the version that the lockfile names counts. Nothing outside the project's folder is read, and what
    cannot be read is left out.
    """
    if not os.path.isdir(os.path.join(folder, "node_modules")):
        return {}
    inside = os.path.realpath(folder) + os.sep
    found: dict[str, Mapping[str, str]] = {}
    for package in graph.packages:
        if package.has_install_script is False:
            continue
        here = os.path.join(folder, *package.key.split("/"))
        path = os.path.join(here, "package.json")
        if not os.path.isfile(path) or not os.path.realpath(path).startswith(inside):
            continue
        try:
            document = jsontext.loads(read(path, path), path)
        except InputError:
            continue
        if not isinstance(document, dict) or document.get("version") != package.version:
            continue
        found[package.key] = _run(document, os.path.isfile(os.path.join(here, "binding.gyp")))
    return found


def _run(document: Mapping[str, object], add_on: bool) -> dict[str, str]:
    texts = document.get("scripts")
    known = texts if isinstance(texts, dict) else {}
    found = {name: known[name] for name in _SCRIPTS if isinstance(known.get(name), str) and known[name]}
    if add_on and document.get("gypfile") is not False and not ("install" in found or "preinstall" in found):
        found["install"] = "node-gyp rebuild"
    return found
