"""Fetches tarballs: from the disk where they are kept, else from where npm would fetch them.

What is fetched is held against its integrity, and kept by it: a hash names one file, whoever gave it, so that
no registry and no lockfile can put another in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import SplitResult, urlsplit

from npmguard.integrity import digest, promised
from npmguard.model import Mismatched, Release, Unanswered
from npmguard.origins import default_registry, host_of
from npmguard.project.npmrc import NpmConfig
from npmguard.registry.client import Progress, askable, refusal
from npmguard.registry.files import Files
from npmguard.text import one_line

if TYPE_CHECKING:
    from npmguard.registry.http import Http

LARGEST = 256 * 1024 * 1024  # of one tarball, as it is packed
_AT_ONCE = 16
_MOST_HASHES = 8  # of one tarball, looked for on the disk
_LONGEST = 1800.0  # seconds for all of them


class Wanted(NamedTuple):
    """A tarball that is wanted: where it lies and which hashes it has, as a lockfile or the registry says.

    Without a `url` it lies where registries usually have it.
    """

    name: str
    version: str
    url: str | None = None
    integrity: str | None = None
    shasum: str | None = None

    @property
    def label(self) -> str:
        """NAME@VERSION, fit to be shown."""
        return one_line(f"{self.name}@{self.version}", 300)


Each = Callable[[Wanted, bytes | Unanswered], object]


def wanted(release: Release) -> Wanted:
    """The tarball of a release, as the registry describes it."""
    dist = release.manifest.get("dist")
    found = dist if isinstance(dist, dict) else {}
    texts = (found.get(key) for key in ("tarball", "integrity", "shasum"))
    return Wanted(release.name, release.version, *(t if isinstance(t, str) and t else None for t in texts))


def tarball(
    config: NpmConfig, release: Release, *, offline: bool = False, cache: str | None = None
) -> bytes | Unanswered:
    """The tarball of a release, or why there is none. Its bytes have the hash that the registry promised."""
    found: list[bytes | Unanswered] = []
    tarballs(config, [wanted(release)], lambda _, data: found.append(data), offline=offline, cache=cache)
    return found[0]


def tarballs(
    config: NpmConfig,
    wanted: Iterable[Wanted],
    each: Each,
    *,
    offline: bool = False,
    progress: Progress | None = None,
    cache: str | None = None,
) -> None:
    """Hands every wanted tarball to `each` as it comes, in no order, or why it does not come.

    None of them is held any longer, so that memory stays flat. What came and is not what was promised is a
    Mismatched. Reasons name no package, so that what fails alike is told alike. `cache` is the path of the
    registry's cache, by default the user's; the tarballs are kept beside it. `progress` is told (those done,
    all of them).
    """
    files = Files(cache)
    asked = list(dict.fromkeys(wanted))
    done = 0

    def give(item: Wanted, data: bytes | Unanswered) -> None:
        nonlocal done
        each(item, data)
        done += 1
        if progress is not None:
            progress(done, len(asked))

    try:
        missing = []
        for item in asked:
            data = _kept(files, item)
            if data is not None:
                give(item, data)
            elif offline:
                give(item, Unanswered(item.name, "offline, and its tarball is not in the cache"))
            else:
                missing.append(item)
        if missing:
            import asyncio

            asyncio.run(_fetch(config, files, missing, give))
    finally:
        files.close()


def _key(algorithm: str, digest: str) -> str:
    return f"{algorithm}-{digest}.tgz"


def _kept(files: Files, item: Wanted) -> bytes | None:
    """The tarball from the disk, where it still is what it was."""
    algorithm, digests = promised(item.integrity, item.shasum) or ("", frozenset())
    for known in sorted(digests)[:_MOST_HASHES]:
        data = files.get(_key(algorithm, known))
        if data is not None:
            if digest(data, algorithm) == known:
                return data
            files.drop(_key(algorithm, known))
    return None


async def _fetch(config: NpmConfig, files: Files, missing: Sequence[Wanted], give: Each) -> None:
    import asyncio

    from npmguard.registry.http import Http

    slots = asyncio.Semaphore(_AT_ONCE)

    async def one(http: Http, item: Wanted) -> None:
        async with slots:
            give(item, await _download(config, http, files, item))

    async with Http(config, longest=_LONGEST) as http:
        await asyncio.gather(*(one(http, item) for item in missing))


async def _download(config: NpmConfig, http: Http, files: Files, item: Wanted) -> bytes | Unanswered:
    if not askable(item.name):
        return Unanswered(item.name, "no registry can have a package of that name")
    place = location(config, item)
    if place is None:
        return Unanswered(item.name, "its tarball lies nowhere that can be asked over http")
    answer = await http.file(*place, LARGEST)
    if answer.status != 200:
        return Unanswered(item.name, refusal(answer, "GET", "a tarball"))
    hashes = promised(item.integrity, item.shasum)
    if hashes is None:
        return answer.body
    algorithm, digests = hashes
    found = digest(answer.body, algorithm)
    if found not in digests:
        promise = one_line(item.integrity or f"shasum {item.shasum}", 120)
        return Mismatched(
            item.name, f"what the registry gave for {item.label} is not the tarball that {promise} stands for"
        )
    files.keep(_key(algorithm, found), answer.body)
    return answer.body


def location(config: NpmConfig, item: Wanted) -> tuple[str, str] | None:
    """(the URL to fetch a tarball from, the registry whose credentials may go there), or None without a URL.

    npm's `replace-registry-host` decides which hosts stand for the registry in use: by default ("npmjs") that
    of the public npm registry, whose URLs are in most lockfiles; else "never", "always", a host, or a URL
    whose path is replaced too. What is put there is the default registry, for scoped packages as well, as
    npm does.
    """
    from urllib.parse import quote

    own = config.registry_for(item.name)
    if item.url is None:
        base = quote(item.name.rpartition("/")[2], safe="")
        name = quote(item.name, safe="@/")
        return f"{own}{name}/-/{base}-{quote(item.version, safe='+')}.tgz", own
    try:
        parts = urlsplit(item.url)
        known = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return None
    if not known:
        return None
    replaced = _replaced(config, parts)
    return (item.url, own) if replaced is None else (replaced, config.registry)


def _replaced(config: NpmConfig, parts: SplitResult) -> str | None:
    """The URL at the registry in use, or None where it is to be fetched from where it says."""
    setting = config.get("replace-registry-host") or "npmjs"
    registry = urlsplit(config.registry)
    before = registry.path.rstrip("/")
    path = parts.path
    if setting == "never":
        return None
    if "://" in setting:
        prefix = urlsplit(setting)
        old = prefix.path.rstrip("/")
        if prefix.hostname != parts.hostname or not f"{path}/".startswith(f"{old}/"):
            return None
        path = before + path[len(old) :]
    else:
        host = urlsplit(default_registry()).hostname if setting == "npmjs" else host_of(setting)
        if setting != "always" and host != parts.hostname:
            return None
        if not f"{path}/".startswith(f"{before}/"):
            path = before + path
    return parts._replace(scheme=registry.scheme, netloc=registry.netloc, path=path).geturl()
