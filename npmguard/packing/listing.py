"""The list of files that `npm publish` would send, made without npm: in pure reading of the disk."""

from __future__ import annotations

import os
import posixpath
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from npmguard import jsontext
from npmguard.errors import InputError
from npmguard.globs import is_member, workspace_patterns
from npmguard.model.packed import Oddity, PackedFile, Shadow
from npmguard.packing.braces import TooMany
from npmguard.packing.bundled import Bundled, bundled
from npmguard.packing.declared import Declared, declared
from npmguard.packing.disk import Disk
from npmguard.packing.ignores import Place, Places, Rules, Text
from npmguard.packing.package import BELOW, DEFAULTS, Own, own
from npmguard.project import files
from npmguard.project.workspaces import folders as workspace_folders

_IGNORES = (".npmignore", ".gitignore")
_ABOVE = 64


class Listing(NamedTuple):
    """What would be published: the files, sorted by path.

    `shadows` are the .npmignore files that hide a .gitignore beside them. `outside` are links that lead out
    of the package, and files that npm would take from elsewhere: neither is among the files. (A bundled
    dependency that is a link is: npm packs what it finds behind it, under the link's name, and says nothing.)
    """

    files: tuple[PackedFile, ...]
    shadows: tuple[Shadow, ...] = ()
    outside: tuple[Oddity, ...] = ()


class Surroundings(NamedTuple):
    """What besides the folder itself decides what npm packs of it.

    `prefix` is the project that npm thinks itself in: the root, where the folder is one of its workspaces.
    `workspaces` are the folders of those that are packed. `ignore_file` is npm 12's setting
    `global-ignore-file`.
    """

    prefix: str | None = None
    workspaces: tuple[str, ...] = ()
    ignore_file: str | None = None


def listing(folder: str | os.PathLike[str], *, npm: int = 12, around: Surroundings | None = None) -> Listing:
    """The files of the package in `folder` that `npm publish`, run there, would send.

    `npm` is npm's major version: 11 stands for all before 12, too. `around` is found out where it is not
    given: npm reads the ignore files between a project's root and its workspace.

    Raises InputError for a package.json that is missing or cannot be read, for what npm itself would stop
    at (an ignore file that is a folder, a name that is not UTF-8, `files` that is no list), and for more
    files or patterns than npmguard goes through.
    """
    walk = _Walk(folder, npm, around)
    try:
        paths = walk.paths()
        shadows = walk.shadows(paths)
    except TooMany as error:
        raise InputError(walk.disk.shown, str(error)) from None
    return Listing(tuple(walk.described(paths)), shadows, tuple(walk.outside))


def packed_files(folder: str | os.PathLike[str]) -> list[str]:
    """The sorted POSIX paths that `npm publish` would send from a folder. Raises InputError as `listing`."""
    walk = _Walk(folder, 12, None)
    try:
        return walk.paths()
    except TooMany as error:
        raise InputError(walk.disk.shown, str(error)) from None


class _Package(NamedTuple):
    """A package that is packed: the root or a bundled one."""

    path: str
    prefix: str  # its path from the root, with a slash behind, or ""
    own: Own | None
    ignores: bool  # do ignore files count at its top?
    defaults: tuple[Text, ...]


class _Walk:
    def __init__(self, folder: str | os.PathLike[str], npm: int, around: Surroundings | None) -> None:
        shown = os.fspath(folder)
        self.root = os.path.realpath(shown)
        self.disk = Disk(self.root, shown)
        self.npm = npm
        self.outside: list[Oddity] = []
        path = posixpath.join(self.root, "package.json")
        shown_file = self.disk.shown_path(path)
        manifest = jsontext.loads(files.read(path, shown_file), shown_file)
        if not isinstance(manifest, dict):
            raise InputError(shown_file, "not a package.json: the file holds no JSON object", 1)
        try:
            self.declared = declared(manifest)
        except ValueError as error:
            raise InputError(shown_file, str(error)) from None
        members = workspace_folders(self.root, patterns) if (patterns := workspace_patterns(manifest)) else []
        self._members = {self._name(member): member for member in members}
        self._around = _surroundings(self.root) if around is None else around
        self._rules: dict[tuple[Text, ...], Rules] = {}
        self._places = Places()
        self._plain = self._made((DEFAULTS, BELOW))
        self._shadowed: list[tuple[str, Place]] = []
        self._changed: dict[str, Rules] = {}

    def _name(self, member: str) -> str:
        """The name of a workspace: its package's, or its folder's."""
        try:
            text = self.disk.text(posixpath.join(self.root, member, "package.json")).text
            manifest = jsontext.loads(text.encode(), member)
            name = manifest.get("name")
        except (InputError, AttributeError):
            name = None
        return name if isinstance(name, str) and name else posixpath.basename(member)

    def paths(self) -> list[str]:
        """The paths of all files, sorted."""
        found: set[str] = set()
        top = own(self.declared, self.root, self.disk, self.npm, root=True)
        found.update(self._walked(_Package(self.root, "", top, True, self._defaults())))
        for package in bundled(self.root, self.declared, self._members, self.disk):
            found.update(self._along(package))
        return sorted(found)

    def _along(self, package: Bundled) -> Iterator[str]:
        """The files of a bundled package."""
        path, said, link = package
        prefix = os.path.relpath(path, self.root).replace(os.sep, "/")
        if prefix.startswith("../"):
            self.outside.append(
                Oddity("outside", prefix, "a bundled dependency that lies outside the package")
            )
            return
        if link and not _is_below(target := os.path.realpath(path), self.root):
            where = os.path.relpath(target, self.root).replace(os.sep, "/")
            self.outside.append(Oddity("outside", prefix, f"a bundled dependency that is a link to {where}"))
        has_manifest = "package.json" in self.disk.folder(path)
        rules = own(said, path, self.disk, self.npm, root=False) if has_manifest else None
        yield from self._walked(_Package(path, prefix + "/", rules, link, (DEFAULTS,) if link else ()))

    def _defaults(self) -> tuple[Text, ...]:
        """The rules that come before those of the root package itself."""
        prefix, workspaces, ignore_file = self._around
        lines: list[Text] = [DEFAULTS]
        if prefix is not None and workspaces:
            if self.root != prefix and self.root in workspaces:
                folder = prefix
                names = os.path.relpath(posixpath.dirname(self.root), prefix).split("/")
                for name in ("", *(name for name in names if name != ".")):
                    folder = posixpath.join(folder, name) if name else folder
                    lines += self._first_of(folder)
            elif self.root == prefix:
                lines += [Text(os.path.relpath(path, self.root)) for path in workspaces]
        if ignore_file is not None and self.npm >= 12 and os.path.exists(ignore_file):
            lines.append(Text(files.read(ignore_file, ignore_file).decode("utf-8", "replace"), ignore_file))
        return tuple(lines)

    def _first_of(self, folder: str) -> list[Text]:
        for name in _IGNORES:
            if os.path.lexists(posixpath.join(folder, name)):
                return [self.disk.text(posixpath.join(folder, name))]
        return []

    def _made(self, texts: tuple[Text, ...]) -> Rules:
        found = self._rules.get(texts)
        if found is None:
            found = self._rules[texts] = Rules(texts)
        return found

    def _walked(self, package: _Package) -> Iterator[str]:
        """The files of one package, as paths from the root."""
        here = self.disk.folder(package.path)
        strict = (package.own.strict,) if package.own else ()
        if package.own and package.own.files:
            top = self._places.top(self._made((*package.defaults, package.own.files, *strict)))
        else:
            texts = self._ignores(package.path, here, False) if package.ignores else ()
            top = self._places.top(self._made((*package.defaults, *texts[:1], *strict)))
            if len(texts) > 1:
                other = self._made((*package.defaults, *texts[1:], *strict))
                self._shadowed.append((package.prefix, self._places.top(other)))
        wanted = package.own.wanted if package.own else ()
        # the root of workspaces reads every package.json below it as if it were an ignore file
        as_ignore_file = bool(self._members) and not package.prefix
        waiting = [(package.path, "", top)]
        while waiting:
            path, prefix, place = waiting.pop()
            for name, is_folder in self.disk.folder(path).items():
                known = name if name.isascii() else _decoded(name)
                verdict = place.verdict(known)
                if not (verdict.file or verdict.folder) or "*" in name:
                    continue
                if known != name:
                    raise self.disk.error(
                        path, f"holds a name that is not UTF-8, which npm cannot pack: {name!a}"
                    )
                if is_folder:
                    if verdict.folder:
                        # npm takes a backslash in a folder's name for a slash
                        below = (prefix + name).replace("\\", "/") + "/"
                        inner = posixpath.join(package.path, below[:-1])
                        forced = _in(wanted, name) if place is top else ()
                        rules, hidden = self._below(inner, as_ignore_file, forced)
                        if rules is not self._plain:
                            self._changed[package.prefix + below] = rules
                        if hidden is not None:
                            self._shadowed.append((package.prefix + below, place.below(name, hidden)))
                        waiting.append((inner, below, place.below(name, rules)))
                elif is_folder is None:
                    self._note(package.prefix + prefix + name, posixpath.join(path, name))
                elif verdict.file:
                    yield package.prefix + self._named(prefix + name, package)

    def _named(self, path: str, package: _Package) -> str:
        """The path of a file in a package, as npm packs it."""
        if "\\" in path and package.prefix:  # npm takes it for a slash, and then stops where there is none
            path = path.replace("\\", "/")
            if not os.path.lexists(posixpath.join(package.path, path)):
                reason = "is no file, but npm looks for it, as there is a name with a backslash"
                raise self.disk.error(posixpath.join(package.path, path), reason)
        return path

    def _below(self, path: str, as_ignore_file: bool, wanted: tuple[str, ...]) -> tuple[Rules, Rules | None]:
        """The rules of a folder within a package, and those it would have without its .npmignore."""
        texts = self._ignores(path, self.disk.folder(path), as_ignore_file)
        if not texts and not wanted:
            return self._plain, None
        last = Text("\n".join((BELOW.text, *(f"!{name}" for name in wanted))))
        rules = self._made((DEFAULTS, *texts[:1], last))
        return rules, self._made((DEFAULTS, *texts[1:], last)) if len(texts) > 1 else None

    def _ignores(self, path: str, here: Mapping[str, bool | None], as_ignore_file: bool) -> tuple[Text, ...]:
        """The ignore files of a folder: the one that counts, and the one that it hides."""
        names = ("package.json", *_IGNORES) if as_ignore_file else _IGNORES
        found = tuple(self.disk.text(posixpath.join(path, name)) for name in names if name in here)
        return found[:1] if as_ignore_file and "package.json" in here else found

    def _note(self, path: str, place: str) -> None:
        """Notes a link that leads out of the package."""
        try:
            leads_to = os.readlink(place)
        except OSError:
            return  # no link, or gone
        if not _is_below(os.path.realpath(place), self.root):
            self.outside.append(Oddity("outside", path, f"a link to {leads_to}, which npm does not pack"))

    def shadows(self, paths: list[str]) -> tuple[Shadow, ...]:
        """What is packed because an .npmignore hides the .gitignore beside it."""
        found: list[Shadow] = []
        for folder, place in self._shadowed:
            kept = self._replayed(folder, place, (path for path in paths if path.startswith(folder)))
            names = [folder + name for name in _IGNORES]
            found.append(Shadow(names[0], names[1], tuple(kept)))
        return tuple(sorted(found))

    def _replayed(self, top: str, place: Place, paths: Iterable[str]) -> Iterator[str]:
        """Those of the paths that are not packed where the folder `top` stands at `place`."""
        places: dict[str, Place | None] = {top: place}
        for path in paths:
            folder, name = path[: path.rfind("/") + 1], path[path.rfind("/") + 1 :]
            missing = []
            while folder not in places:
                missing.append(folder)
                folder = folder[: folder.rfind("/", 0, -1) + 1]
            here = places[folder]
            for inner in reversed(missing):
                last = inner[len(folder) : -1]
                if here is not None:
                    known = self._changed.get(inner, self._plain)
                    here = here.below(last, known) if here.verdict(last).folder else None
                places[inner] = here
                folder = inner
            if here is None or not here.verdict(name).file:
                yield path

    def described(self, paths: Iterable[str]) -> Iterator[PackedFile]:
        """The files with sizes and modes as npm writes them in the tarball."""
        for path in paths:
            try:
                found = os.stat(posixpath.join(self.root, path), follow_symlinks=False)
            except OSError as error:
                raise self.disk.error(
                    posixpath.join(self.root, path), f"cannot be read: {error.strerror}"
                ) from None
            mode = stat.S_IMODE(found.st_mode) | 0o600
            # npm compares what is left without the first folder, and so misses most of them
            if re.sub(r"^[^\\/]*/", "", path) in self.declared.bins:
                mode |= 0o111
            yield PackedFile(path, found.st_size, mode & ~0o22)


def _decoded(name: str) -> str:
    """A name as npm reads it: what is not UTF-8 is lost."""
    return name if name.isascii() else os.fsencode(name).decode("utf-8", "replace")


def _in(wanted: tuple[str, ...], folder: str) -> tuple[str, ...]:
    """Those of the wanted files that lie right in this folder."""
    split = (posixpath.split(posixpath.normpath(path)) for path in wanted)
    return tuple(name for parent, name in split if parent == folder)


def _is_below(path: str, root: str) -> bool:
    return path == root or path.startswith(root + "/")


def _surroundings(root: str) -> Surroundings:
    """The project whose workspace a folder is, as npm finds it: the nearest above that names it."""
    above = root
    for _ in range(_ABOVE):
        parent = posixpath.dirname(above)
        if parent == above:
            break
        above = parent
        path = posixpath.join(above, "package.json")
        if not os.path.isfile(path):
            continue
        try:
            manifest = jsontext.loads(files.read(path, path), path)
        except InputError:
            continue
        patterns = workspace_patterns(manifest) if isinstance(manifest, dict) else []
        if patterns and is_member(os.path.relpath(root, above).replace(os.sep, "/"), patterns):
            return Surroundings(above, (root,))
    return Surroundings()


__all__ = ["Declared", "Listing", "Surroundings", "listing", "packed_files"]
