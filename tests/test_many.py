"""Many projects in one run."""

import gc
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from support.projects import entry, write
from support.registries import lived
from support.server import Reply, Request, Server, registry

from npmguard import audit, many
from npmguard.__main__ import main
from npmguard.errors import InputError, UsageError
from npmguard.model import ProjectReport
from npmguard.registry import http
from npmguard.registry.cache import default_path
from npmguard.settings import Options

BULK = "/-/npm/v1/security/advisories/bulk"
COUNT = 6
VERSIONS = ("1.0.0", "1.1.0", "2.0.0")


@pytest.fixture
def server(here: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A registry whose answers no cache may keep, and six projects that share most of their packages."""
    monkeypatch.setattr(http, "_pause", lambda attempt, answer: 0.0)
    with registry() as running:
        running.max_age = 0
        for number in range(COUNT + 3):
            lived(
                running, f"thing-{number}", "1.0.0", "1.1.0", "2.0.0", deprecated="old" if number % 2 else ""
            )
        running.advisories = {
            "thing-3": [advisory("<1.1.0", "GHSA-aaaa-bbbb-cccc")],
            "thing-4": [advisory("up to something", "GHSA-dddd-eeee-ffff")],
        }
        for number in range(COUNT):
            project(here, number)
        monkeypatch.setenv("NPM_CONFIG_REGISTRY", running.url)
        yield running


def advisory(vulnerable: str, ghsa: str) -> dict[str, Any]:
    url = f"https://github.com/advisories/{ghsa}"
    return {"id": 1, "url": url, "title": "Bad", "severity": "high", "vulnerable_versions": vulnerable}


def project(here: Path, number: int) -> Path:
    """A project with four things: of the same name not always in the same version."""
    versions = {
        f"thing-{n}": ("1.0.0", "1.1.0", "2.0.0")[(n + number) % 3] for n in range(number, number + 4)
    }
    return write(
        here / f"p{number}",
        {"name": f"p{number}", "dependencies": {name: f"^{version}" for name, version in versions.items()}},
        {f"node_modules/{name}": entry(name, version) for name, version in versions.items()},
    )


def told(report: ProjectReport) -> ProjectReport:
    """A report without what depends on the clock."""
    return report._replace(sources=(), graph=None)


def test_each_project_is_judged_as_if_it_were_alone(server: Server, here: Path) -> None:
    together = audit.check(["p*"])
    assert [each.path for each in together.projects] == [f"p{number}" for number in range(COUNT)]
    assert sum(len(each.findings) for each in together.projects) > COUNT
    for each in together.projects:
        (alone,) = audit.check([each.path]).projects
        assert told(each) == told(alone)


def test_batches_make_no_difference(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = audit.check(["p*"])
    monkeypatch.setattr(many, "_BATCH", 1)
    assert list(map(told, audit.check(["p*"]).projects)) == list(map(told, whole.projects))


def test_each_package_is_asked_about_once(server: Server) -> None:
    server.advisories = {"thing-3": [advisory("<1.1.0", "GHSA-aaaa-bbbb-cccc")]}
    audit.check(["p*"])
    assert server.paths().count(BULK) == 1
    asked = [(request.path, request.headers.get("accept")) for request in server.requests]
    packuments = [each for each in asked if "install-v1" in (each[1] or "")]
    assert len(packuments) == len(set(packuments)) == COUNT + 3
    assert len(asked) == len(set(asked))


def test_each_release_is_asked_about_once_without_a_cache_too(
    server: Server, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NPMGUARD_CACHE_DIR", "/dev/null/nowhere")
    monkeypatch.setattr(many, "_BATCH", 1)
    options = Options(only=("deprecated", "integrity-mismatch"))
    packages = audit.check(["p*"], options).packages
    asked = len(server.requests)
    assert asked <= packages
    project(here / "more", 0)
    audit.check(["p*", "more/p0"], options)
    assert len(server.requests) == 2 * asked  # the one more has nothing new


def test_a_registry_of_ones_own_is_asked_for_its_own(server: Server, here: Path) -> None:
    """The same name in two registries, and in one as two people see it: nobody gets another's answer."""
    with registry() as other:
        other.add("thing-1", "1.0.0", "1.1.0", "2.0.0", "9.0.0")
        other.advisories = {}
        for number, running in enumerate((server, other)):
            host = running.url.removeprefix("http:")
            rc = f"registry={running.url}\n{host}:_authToken=token-{number}\n"
            (here / f"p{number}" / ".npmrc").write_text(rc)
        os.environ.pop("NPM_CONFIG_REGISTRY")
        options = Options(only=("outdated", "advisory"))
        together = audit.check(["p0", "p1"], options)
        seen = {request.headers.get("authorization") for request in other.requests}
        assert seen == {"Bearer token-1"}
        assert {request.headers.get("authorization") for request in server.requests} == {"Bearer token-0"}
        for each in together.projects:
            assert told(each) == told(audit.check([each.path], options).projects[0])


def test_no_project_holds_its_graph_unless_it_is_to_be_told(server: Server) -> None:
    assert all(each.graph is None for each in audit.check(["p*"], Options(offline=True)).projects)
    told = audit.check(["p*"], Options(offline=True, licences=True))
    assert all(each.graph is not None for each in told.projects)


def test_the_projects_are_counted(server: Server) -> None:
    seen: list[tuple[int, int]] = []
    audit.check(["p*"], Options(offline=True), started=lambda *where: seen.append(where))
    assert seen == [(number + 1, COUNT) for number in range(COUNT)]


# -- a project that cannot be read


def test_a_broken_project_hides_no_other(
    server: Server, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "p1" / "package-lock.json").write_text('{\n"lockfileVersion": 3,\n')
    (here / "p2" / "npmguard.toml").write_text("skop = []\n")
    code = main(["check", "p*", "--format", "json"])
    shown = capsys.readouterr()
    report = json.loads(shown.out)
    assert code == report["summary"]["exit_code"] == 2
    assert [each["path"] for each in report["projects"]] == [f"p{number}" for number in range(COUNT)]
    gaps = [gap for each in report["projects"] for gap in each["incomplete"] if gap["source"] == "project"]
    reasons = [gap["reason"] for gap in gaps]
    assert [reason.partition(": ")[0] for reason in reasons] == [
        "p1/package-lock.json:3",
        "p2/npmguard.toml:1",
    ]
    assert all("advisory" in gap["affects"] for gap in gaps)
    assert shown.err.splitlines() == [f"npmguard: {reason}" for reason in reasons]
    assert sum(len(each["findings"]) for each in report["projects"]) > 0


def test_a_lone_project_that_is_broken_has_no_report(server: Server, here: Path) -> None:
    (here / "p1" / "package-lock.json").write_text("{")
    with pytest.raises(InputError):
        audit.check(["p1"])


def test_what_is_no_project_s_fault_stops_everything(server: Server, here: Path) -> None:
    (here / "other.toml").write_text("skop = []\n")
    with pytest.raises(InputError, match=r"other\.toml"):
        audit.check(["p*"], Options(config="other.toml"))
    with pytest.raises(UsageError, match="no such rule"):
        audit.check(["p*"], Options(only=("nope",)))


# -- an interrupt


def test_an_interrupt_in_the_middle_leaves_nothing_half_done(server: Server, here: Path) -> None:
    (here / "p0" / "package-lock.json").write_text(
        (here / "p0" / "package-lock.json").read_text() + " " * 5_000_000
    )
    process: subprocess.Popen[bytes]

    def interrupted(request: Request) -> Reply:
        process.send_signal(signal.SIGINT)
        return Reply(delay=5.0)

    server.faults["/thing-8"] = interrupted  # which the last project alone asks about
    words = [sys.executable, "-m", "npmguard", "check", "p*", "--format", "json", "--output", "report.json"]
    # whoever runs the tests in the background has them, and all that they start, ignore interrupts
    heeding = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    process = subprocess.Popen(words, stderr=subprocess.PIPE, preexec_fn=heeding)
    _, complaint = process.communicate(timeout=60)
    assert (process.returncode, complaint) == (130, b"")
    assert not list(here.glob("report.json*"))
    kept = sqlite3.connect(default_path())
    assert kept.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert kept.execute("SELECT count(*) FROM packuments").fetchone()[0] > 0
    kept.close()
    del server.faults["/thing-8"]
    assert main(["check", "p*", "-q", "--fail-on", "none"]) == 0


# -- memory


def test_memory_does_not_grow_with_the_projects(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What thirty projects need at most is what five do: a batch, and the distinct packages."""
    monkeypatch.setattr(many, "_BATCH", 100_000)
    names = [f"thing-{number}" for number in range(100)]
    for number in range(30):
        chosen = names[number : number + 70]
        packages = {f"node_modules/{name}": entry(name, f"1.0.{number % 3}") for name in chosen}
        packages = {key: {**found, "dependencies": {}, "license": "MIT"} for key, found in packages.items()}
        write(here / f"p{number:02}", {"dependencies": dict.fromkeys(chosen, "^1.0.0")}, packages)
    with registry() as running:
        for name in names:
            running.add(name, "1.0.0", "1.0.1", "1.0.2")
        options = Options(registry=running.url, only=("integrity-mismatch", "advisory", "lockfile-drift"))
        five, thirty = [f"p{number:02}" for number in (0, 7, 14, 21, 29)], ["p*"]
        audit.check(thirty, options)  # so that the cache has everything
        few, lots = (most(paths, options) for paths in (five, thirty))
    assert lots < few * 2  # and not six times as much


def most(paths: list[str], options: Options) -> int:
    """The bytes that a run has at most, of those times at which it begins with a project."""
    sizes: list[int] = []
    gc.collect()
    tracemalloc.start()
    try:
        audit.check(paths, options, started=lambda *_: sizes.append(tracemalloc.get_traced_memory()[0]))
    finally:
        tracemalloc.stop()
    return max(sizes)
