"""What the facts come to: each family's checks are pure."""

from collections.abc import Iterable
from datetime import date

import pytest

from npmguard.advisories.store import About, State
from npmguard.doctor import cache, folders, registries, settings, tokens, tools, verdict
from npmguard.doctor.folders import Folder
from npmguard.doctor.registries import Reach, Reply
from npmguard.doctor.settings import Said
from npmguard.doctor.tools import Tool
from npmguard.model.doctor import Check, Status

TODAY = date(2026, 11, 26)
NOW = 1_795_651_200.0


def statuses(checks: Iterable[Check]) -> dict[str, str]:
    return {check.id: check.status.value for check in checks}


def one(checks: Iterable[Check], id: str) -> Check:
    (found,) = (check for check in checks if check.id == id)
    return found


def test_what_fails_wins_and_what_is_unknown_is_not_clean() -> None:
    def of(*found: str) -> int:
        return verdict(Check("x", Status(word), "x") for word in found)

    assert (of(), of("ok"), of("ok", "warn")) == (0, 0, 0)
    assert (of("ok", "unknown"), of("warn", "fail", "unknown"), of("fail")) == (3, 1, 1)
    assert verdict([Check("x", Status.UNKNOWN, "x")], allow_incomplete=True) == 0
    assert verdict([Check("x", Status.FAIL, "x")], allow_incomplete=True) == 1


# -- tools


@pytest.mark.parametrize(
    ("name", "version", "status"),
    [
        ("node", "26.3.1", "ok"),
        ("node", "24.0.0", "ok"),
        ("node", "25.2.0", "warn"),
        ("node", "20.20.2", "warn"),
        ("node", "18.20.0", "fail"),
        ("node", "8.1.0", "fail"),
        ("node", "0.12.1", "fail"),
        ("node", "99.0.0", "unknown"),
        ("npm", "12.2.1", "ok"),
        ("npm", "11.19.1", "ok"),
        ("npm", "10.0.0", "ok"),
        ("npm", "9.0.0", "warn"),
        ("npm", "6.14.0", "warn"),
        ("npm", "3.0.0", "warn"),
        ("git", "2.51.0", "ok"),
        ("git", "3.0.0", "ok"),
        ("git", "2.50.1", "ok"),
        ("git", "2.50.0", "warn"),
        ("git", "2.43.7", "ok"),
        ("git", "2.39.5", "warn"),
        ("git", "1.8.3", "warn"),
        ("pnpm", "9.15.0", "warn"),
        ("pnpm", "10.0.0", "ok"),
        ("yarn", "1.22.22", "ok"),
        ("yarn", "3.6.0", "warn"),
        ("yarn", "4.9.0", "ok"),
        ("bun", "0.8.0", "warn"),
        ("bun", "1.4.5", "ok"),
    ],
)
def test_release_lines(name: str, version: str, status: str) -> None:
    found = one(tools.checks({name: Tool(name, f"/usr/bin/{name}", version)}, TODAY), name)
    assert found.status == status
    assert version in found.title
    assert f"/usr/bin/{name}" in found.detail
    assert (found.fix is None) == (status in ("ok", "unknown"))


def test_a_line_ends_with_its_last_day() -> None:
    node = {"node": Tool("node", "/usr/bin/node", "22.0.0")}
    assert one(tools.checks(node, date(2027, 4, 30)), "node").status == "ok"
    assert one(tools.checks(node, date(2027, 5, 1)), "node").status == "warn"
    assert one(tools.checks(node, date(2028, 5, 1)), "node").status == "fail"
    assert "by the schedule of 2026-11" in one(tools.checks(node, TODAY), "node").detail


def test_what_is_missing() -> None:
    assert statuses(tools.checks({}, TODAY)) == {"git": "warn", "node": "fail", "npm": "fail"}
    bun = {"bun": Tool("bun", "/usr/bin/bun", "1.4.5"), "git": Tool("git", "/usr/bin/git", "2.51.0")}
    assert statuses(tools.checks(bun, TODAY)) == {"git": "ok", "bun": "ok"}
    assert statuses(tools.checks({"pnpm": Tool("pnpm", "/p", "12.0.0")}, TODAY))["node"] == "fail"


def test_a_tool_that_says_nothing_is_unknown() -> None:
    found = one(tools.checks({"npm": Tool("npm", "/usr/bin/npm", None, "it cannot be run: x")}, TODAY), "npm")
    assert (found.status, found.title) == ("unknown", "npm: it cannot be run: x")


# -- registries


def reach(**fields: object) -> Reach:
    good = Reply(200, True)
    found = Reach("https://registry.example.test/", ("",), "~/.npmrc", good, (0.1,), good, good, good, 0.0)
    return found._replace(**fields)  # type: ignore[arg-type]


NO_STORE = State("x", "none")
STORE = State("x", "good", About(1, 1, 1, "2026-11-24T00:00:00Z", NOW, "x"))


def judged(store: State = NO_STORE, **fields: object) -> list[Check]:
    return list(registries.checks((reach(**fields),), store, NOW))


def test_a_registry_without_fault() -> None:
    found = judged()
    assert set(statuses(found).values()) == {"ok"}
    assert one(found, "registry").title == "the registry https://registry.example.test/ answers in 100 ms"
    assert "~/.npmrc says so" in one(found, "registry").detail


def test_a_registry_that_is_not_there_is_asked_nothing_else() -> None:
    found = judged(ping=Reply(0, False, "could not be reached"), seconds=())
    assert statuses(found) == {"registry": "fail"}
    assert found[0].detail.startswith("could not be reached. It is the default registry")


@pytest.mark.parametrize(
    ("ping", "package", "keys", "status"),
    [
        (Reply(404, False), Reply(200, True), Reply(404, False), "ok"),
        (Reply(404, False), Reply(404, False), Reply(200, True), "ok"),
        (Reply(200, False), Reply(200, False), Reply(200, False), "warn"),
        (Reply(404, False), Reply(404, False), Reply(404, False), "warn"),
        (Reply(401, False), Reply(401, False), Reply(401, False), "warn"),
        (Reply(503, False), Reply(503, False), Reply(503, False), "warn"),
    ],
)
def test_what_is_a_registry(ping: Reply, package: Reply, keys: Reply, status: str) -> None:
    assert one(judged(ping=ping, package=package, keys=keys), "registry").status == status


def test_a_slow_registry() -> None:
    found = one(judged(seconds=(0.1, 4.0, 5.0)), "registry")
    assert (found.status, found.title.rpartition("/ ")[2]) == ("warn", "answers slowly in 4000 ms")


@pytest.mark.parametrize(
    ("reply", "without", "with_store"),
    [
        (Reply(200, True), "ok", "ok"),
        (Reply(405, False), "warn", "ok"),
        (Reply(404, False), "warn", "ok"),
        (Reply(403, False), "unknown", "ok"),
        (Reply(500, False), "unknown", "ok"),
        (Reply(200, False), "unknown", "ok"),
        (Reply(0, False, "no answer in time"), "unknown", "ok"),
    ],
)
def test_advisories(reply: Reply, without: str, with_store: str) -> None:
    found = one(judged(advisories=reply), "registry-advisories")
    assert found.status == without
    if without != "ok":
        assert "npmguard db import" in (found.fix or "")
    assert one(judged(STORE, advisories=reply), "registry-advisories").status == with_store
    old = STORE._replace(word="old")
    assert one(judged(old, advisories=reply), "registry-advisories").status == without


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        (Reply(200, True), "ok"),
        (Reply(200, False), "warn"),
        (Reply(404, False), "warn"),
        (Reply(401, False), "unknown"),
        (Reply(0, False, "no answer in time"), "unknown"),
    ],
)
def test_keys(reply: Reply, status: str) -> None:
    assert one(judged(keys=reply), "registry-keys").status == status


@pytest.mark.parametrize(
    ("skew", "status", "words"),
    [
        (None, "unknown", "no registry says what time it is"),
        (0.7, "ok", "agrees"),
        (-299.0, "ok", "agrees"),
        (400.0, "warn", "6 minutes ahead of the registry's"),
        (-400.0, "warn", "6 minutes behind the registry's"),
        (-90_000.0, "fail", "1 day behind"),
        (4e10, "fail", "years ahead of"),
    ],
)
def test_the_clock(skew: float | None, status: str, words: str) -> None:
    found = one(judged(skew=skew), "clock")
    assert (found.status, words in found.title) == (status, True)


# -- settings


def said(**values: str) -> dict[str, Said]:
    return {key.replace("_", "-"): Said(value, "~/.npmrc", False) for key, value in values.items()}


GOOD = settings.Facts({}, {}, (), 12, True)


def test_settings_without_fault() -> None:
    assert statuses(settings.checks(GOOD)) == {"tls": "ok", "install-scripts": "ok"}


@pytest.mark.parametrize(
    ("facts", "id", "status"),
    [
        (GOOD._replace(said=said(strict_ssl="false")), "tls", "fail"),
        (GOOD._replace(checks_tls=False), "tls", "fail"),
        (GOOD._replace(npm=11), "install-scripts", "warn"),
        (GOOD._replace(npm=11, said=said(ignore_scripts="true")), "install-scripts", "ok"),
        (GOOD._replace(npm=None), "install-scripts", "unknown"),
        (GOOD._replace(npm=None, said=said(ignore_scripts="true")), "install-scripts", "ok"),
        (GOOD._replace(said=said(dangerously_allow_all_scripts="true")), "install-scripts", "fail"),
        (GOOD._replace(npm=11, said=said(dangerously_allow_all_scripts="true")), "install-scripts", "warn"),
        (GOOD._replace(said=said(audit="false")), "npm-audit", "warn"),
        (GOOD._replace(said=said(package_lock="false")), "npm-package-lock", "warn"),
        (GOOD._replace(programs=("git", "script-shell")), "project-programs", "fail"),
    ],
)
def test_settings_that_weaken(facts: settings.Facts, id: str, status: str) -> None:
    found = one(settings.checks(facts), id)
    assert found.status == status
    assert (found.fix is None) == (status in ("ok", "unknown"))


def test_a_registry_over_http() -> None:
    plain = {
        "": Said("http://me:hidden@registry.example.test/", ".npmrc", True),
        "@here": Said("http://127.0.0.1:4873/", ".npmrc", True),
        "@corp": Said("HTTP://npm.corp.example/", ".npmrc", True),
        "@ok": Said("https://npm.corp.example/", ".npmrc", True),
    }
    found = [c for c in settings.checks(GOOD._replace(registries=plain)) if c.id == "registry-https"]
    assert [(c.subject, c.status.value) for c in found] == [("default", "fail"), ("@corp", "fail")]
    assert ".npmrc says http://registry.example.test/:" in found[0].detail
    assert "hidden" not in repr(found)


# -- folders


def place(
    path: str = "/usr/bin", mode: int | None = 0o755, owner: int = 0, *, writable: bool = True
) -> Folder:
    return Folder(path, mode, owner, writable)


TIDY = folders.Facts(place("/usr/lib/node_modules"), place("/home/me/.npm", owner=7), (place(),), (), 7)


def test_folders_without_fault() -> None:
    assert statuses(folders.checks(TIDY)) == {"path": "ok", "npm-prefix": "ok", "npm-cache-folder": "ok"}
    assert statuses(folders.checks(None)) == {}


@pytest.mark.parametrize(
    ("facts", "id", "status"),
    [
        (TIDY._replace(path=(place(), place("/opt/bin", 0o777))), "path", "fail"),
        (TIDY._replace(path=(place("/tmp", 0o1777),)), "path", "fail"),
        (TIDY._replace(path=(Folder("/nowhere"),)), "path", "ok"),
        (TIDY._replace(relative=("./node_modules/.bin",)), "path", "warn"),
        (TIDY._replace(prefix=place("/p", 0o777)), "npm-prefix", "fail"),
        (TIDY._replace(cache=place("/c", 0o777, 7)), "npm-cache-folder", "fail"),
        (TIDY._replace(cache=place("/c", 0o755, 0)), "npm-cache-folder", "warn"),
        (TIDY._replace(cache=place("/c", 0o755, 7, writable=False)), "npm-cache-folder", "warn"),
        (TIDY._replace(cache=Folder("/c")), "npm-cache-folder", "ok"),
        (TIDY._replace(cache=place("/c", 0o755, 7), user=0), "npm-cache-folder", "ok"),
    ],
)
def test_folders_that_others_write_to(facts: folders.Facts, id: str, status: str) -> None:
    assert one(folders.checks(facts), id).status == status


# -- cache


def test_the_cache() -> None:
    def of(**fields: object) -> Check:
        return one(cache.checks(cache.Facts("/c", True)._replace(**fields)), "npm-cache")  # type: ignore[arg-type]

    assert of(there=False).status == "ok"
    assert of(right=200).title == "200 files of npm's cache have their right hash"
    assert of(right=1).title == "1 file of npm's cache has its right hash"
    wrong = of(right=9, wrong=("make-fetch-happen:request-cache:https://me:hidden@registry.example.test/a",))
    assert (wrong.status, wrong.title) == ("fail", "1 file of 10 in npm's cache are not what they should be")
    assert "hashes are wrong: https://registry.example.test/a." in wrong.detail
    assert of(problem="Permission denied").status == "unknown"


# -- tokens


def test_tokens() -> None:
    def of(*files: tokens.File) -> list[tuple[str, str]]:
        return [(c.status.value, c.subject or "") for c in tokens.checks(files)]

    assert of() == [("ok", "")]
    assert of(tokens.File("/p/.npmrc", (), True, None, 0o644)) == [("ok", "")]
    assert of(tokens.File("/p/.npmrc", (3,), True, True, 0o600)) == [("fail", "/p/.npmrc")]
    assert of(tokens.File("/p/.npmrc", (3,), True, False, 0o600)) == [("warn", "/p/.npmrc")]
    assert of(tokens.File("/p/.npmrc", (3,), True, None, 0o600)) == [("warn", "/p/.npmrc")]
    assert of(tokens.File("/h/.npmrc", (3,), False, None, 0o600)) == [("ok", "")]
    assert of(tokens.File("/h/.npmrc", (3,), False, None, None)) == [("ok", "")]
    assert of(tokens.File("/h/.npmrc", (3, 4), False, None, 0o640)) == [("fail", "/h/.npmrc")]
