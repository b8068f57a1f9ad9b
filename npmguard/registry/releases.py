"""One release of a package, as the registry has it: which one npm would take, and the one before.

A version's own document is asked for first. Registries that have none give the whole packument, as they give
it to npm.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from npmguard import versions
from npmguard.model import Missing, Needs, Packument, Release, Unanswered
from npmguard.project.npmrc import NpmConfig
from npmguard.registry.client import askable, fetch, not_json, place_of, refusal, url_of
from npmguard.registry.files import Files
from npmguard.registry.tarballs import Wanted, tarball, tarballs, wanted

if TYPE_CHECKING:
    from npmguard.registry.http import Http

__all__ = ["Wanted", "before", "pick", "release", "tarball", "tarballs", "wanted"]

_LARGEST_DOCUMENT = 8 * 1024 * 1024
_LARGEST_PACKUMENT = 128 * 1024 * 1024
_GOOD_FOR = 86_400.0  # seconds: a release does not change, but it may be deprecated
_TAG_GOOD_FOR = 300.0


def release(
    config: NpmConfig,
    name: str,
    asked: str | None = None,
    *,
    offline: bool = False,
    cache: str | None = None,
) -> Release | Missing | Unanswered:
    """The release that npm would take for `name@asked`: a version, range or dist-tag, or None for the latest.

    Its manifest is the registry's whole document of that version. `Missing.name` is the name where there is
    no such package, else NAME@ASKED. Offline it is what the cache on disk knows, whatever its age.
    """
    if not askable(name):
        return Missing(name)
    files = Files(cache)
    try:
        exact = _cleaned(asked) if asked is not None else None
        if exact is not None:
            return _document(config, files, name, exact, offline) or Missing(f"{name}@{asked}")
        if asked is None or versions.is_tag(asked):
            found = _document(config, files, name, asked or "latest", offline)
            if isinstance(found, Missing) or (isinstance(found, Unanswered) and not offline):
                return found
            if isinstance(found, Release) and not (asked is None and found.manifest.get("deprecated")):
                return found
        picked = _resolved(config, name, asked, offline, cache)
        if not isinstance(picked, str):
            return picked
        return _document(config, files, name, picked, offline) or Missing(f"{name}@{asked or 'latest'}")
    finally:
        files.close()


def before(
    config: NpmConfig, name: str, version: str | None, *, offline: bool = False, cache: str | None = None
) -> Release | Unanswered | None:
    """The release to compare `version` with: the highest below it, or else the latest if that is another one.

    Prereleases count only beside a prerelease. None where nothing (else) was ever published.
    """
    answer = fetch(config, Needs(lists=frozenset((name,))), offline=offline, cache=cache).packuments[name]
    if isinstance(answer, Unanswered):
        return answer
    number = previous(answer, version) if isinstance(answer, Packument) else None
    if number is None:
        return None
    files = Files(cache)
    try:
        found = _document(config, files, name, number, offline)
    finally:
        files.close()
    if found is None or isinstance(found, Missing):
        return Unanswered(name, f"the registry lists {number}, and does not have it")
    return found


def previous(packument: Packument, version: str | None) -> str | None:
    """The number of the version to compare with, or None."""
    own = versions.key(version, loose=True) if version else None
    pre = version is not None and versions.is_prerelease(version, loose=True)
    published = packument.all_versions or ()
    below = [
        number
        for number in published
        if own is not None
        and (found := versions.key(number, loose=True)) is not None
        and found < own
        and (pre or found[3] == 1)
    ]
    highest = versions.highest(below, loose=True)
    if highest is not None:
        return highest
    latest = packument.dist_tags.get("latest")
    return latest if latest in published and latest != version else None


class Judged(Protocol):
    """A version of which it is known whether it is deprecated."""

    @property
    def deprecated(self) -> str | None: ...


def pick(asked: str | None, tags: Mapping[str, str], known: Mapping[str, Judged | None]) -> str | None:
    """The version that npm takes for a range, a dist-tag or None; `known` are those that exist.

    As npm's npm-pick-manifest decides: the latest where it fits and is not deprecated, else the highest that
    is not deprecated, else the highest. Which Node.js a version wants to run on is not looked at.
    """
    if asked and versions.is_tag(asked):
        tagged = tags.get(asked)
        return tagged if tagged in known else None
    range = asked or "*"
    latest = tags.get("latest")

    def good(version: str) -> bool:
        facts = known[version]
        return facts is None or facts.deprecated is None

    # for "*" a prerelease will do
    fits = latest in known and (range == "*" or versions.satisfies(latest or "", range, loose=True))
    if latest and fits and good(latest):
        return latest
    fitting = [version for version in known if versions.satisfies(version, range, loose=True)]
    return versions.highest(filter(good, fitting), loose=True) or versions.highest(fitting, loose=True)


def _cleaned(asked: str) -> str | None:
    """The version that a text names, without what npm takes off it (v1.2.3, =1.2.3); None for any other."""
    found = versions.parse(asked, loose=True)
    if found is None:
        return None
    return str(found.replace(build=None))


def _resolved(
    config: NpmConfig, name: str, asked: str | None, offline: bool, cache: str | None
) -> str | Missing | Unanswered:
    """The version's number, by the packument."""
    answer = fetch(config, Needs(lists=frozenset((name,))), offline=offline, cache=cache).packuments[name]
    if not isinstance(answer, Packument):
        return answer
    every = answer.all_versions or ()
    fitting = [v for v in every if not asked or versions.satisfies(v, asked, loose=True)]
    facts = dict(answer.versions)
    if len(fitting) > 1:
        # which of them are deprecated; the packument was kept a moment ago
        needs = Needs(versions=frozenset((name, version) for version in fitting))
        more = fetch(config, needs, offline=offline, cache=cache).packuments[name]
        if isinstance(more, Packument):
            facts.update(more.versions)
    picked = pick(asked, answer.dist_tags, {version: facts.get(version) for version in every})
    return picked if picked is not None else Missing(f"{name}@{asked or 'latest'}")


# -- documents


def _document(
    config: NpmConfig, files: Files, name: str, version: str, offline: bool
) -> Release | Missing | Unanswered | None:
    """The registry's document of a version, or of a tag's; None where the package has no such."""
    url = url_of(config, name, version)
    key = _key(place_of(config, url))
    age = files.age(key)
    tag = versions.is_tag(version)
    if age is not None and (offline or age < (_TAG_GOOD_FOR if tag else _GOOD_FOR)):
        kept = _read(files.get(key) or b"", name, None if tag else version)
        if kept is not None:
            return kept
    if offline:
        return Unanswered(name, f"offline, and {name}@{version} is not in the cache")
    import asyncio

    found = asyncio.run(_asked(config, name, version))
    if isinstance(found, Release):
        data = json.dumps(found.manifest).encode()
        for known in {version, found.version}:
            files.keep(_key(place_of(config, url_of(config, name, known))), data)
    return found


async def _asked(config: NpmConfig, name: str, version: str) -> Release | Missing | Unanswered | None:
    from npmguard.registry.http import Http

    async with Http(config) as http:
        answer = await http.get(
            url_of(config, name, version), {"accept": "application/json"}, _LARGEST_DOCUMENT
        )
        if answer.status == 200:
            found = _read(answer.body, name, None if versions.is_tag(version) else version)
            if found is not None:
                return found
        elif answer.status not in (400, 404, 405, 501):
            return Unanswered(name, refusal(answer, "GET", f"{name}@{version}"))
        return await _from_packument(http, config, name, version)


async def _from_packument(
    http: Http, config: NpmConfig, name: str, version: str
) -> Release | Missing | Unanswered | None:
    """The version's document out of the whole packument: for registries without one of its own."""
    answer = await http.get(url_of(config, name), {"accept": "application/json"}, _LARGEST_PACKUMENT)
    if answer.status == 404:
        return Missing(name)
    if answer.status != 200:
        return Unanswered(name, refusal(answer, "GET", f"the packument of {name}"))
    import msgspec

    try:
        document = msgspec.json.decode(answer.body, type=dict[str, msgspec.Raw])
        known = msgspec.json.decode(document.get("versions", b"{}"), type=dict[str, msgspec.Raw])
        tags = msgspec.json.decode(document.get("dist-tags", b"{}"), type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        return Unanswered(name, not_json(answer, "the registry's answer is no packument"))
    number = tags.get(version) if versions.is_tag(version) else version
    if not isinstance(number, str) or number not in known:
        return None
    return _read(bytes(known[number]), name, number) or Unanswered(
        name, f"the registry's document of {name}@{version} is of another package"
    )


def _read(data: bytes, name: str, version: str | None) -> Release | None:
    """The release that a document is of; None where it is no document, or another one's."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or found.get("name") != name:
        return None
    number = found.get("version")
    if not isinstance(number, str) or (version is not None and number != version):
        return None
    return Release(name, number, found)


def _key(place: str) -> str:
    from hashlib import sha256

    return f"{sha256(place.encode()).hexdigest()}.json"
