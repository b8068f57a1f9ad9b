"""From arguments to reports: what `npmguard inspect` is made of."""

import json
from typing import Any

import pytest
from npmproject import project

from npmguard import rules, specs
from npmguard.asked import read
from npmguard.held import Held
from npmguard.lockfiles import pnpm, yarn_classic
from npmguard.model import Advice, Inspected, Lockfile, Peer, Verdict
from npmguard.project import manifest as manifests
from npmguard.reports.inspected import rows, span

DAY = 86_400.0


@pytest.mark.parametrize(
    ("text", "name", "kind", "real", "range"),
    [
        ("express", "express", "range", "express", "*"),
        ("express@", "express", "range", "express", "*"),
        ("express@^5", "express", "range", "express", "^5"),
        ("express@5.0.1", "express", "version", "express", "5.0.1"),
        ("express@next", "express", "tag", "express", "next"),
        ("@types/node", "@types/node", "range", "@types/node", "*"),
        ("@types/node@>=20 <22", "@types/node", "range", "@types/node", ">=20 <22"),
        ("mine@npm:@types/node@20", "mine", "range", "@types/node", "20"),
        ("npm:express@^5", "express", "range", "express", "^5"),
        ("npm:@types/node", "@types/node", "range", "@types/node", "*"),
        ("JSONStream", "JSONStream", "range", "JSONStream", "*"),
    ],
)
def test_what_an_argument_asks_for(text: str, name: str, kind: str, real: str, range: str) -> None:
    found = read(text)
    assert (found.text, found.name) == (text, name)
    assert (found.spec.kind, found.spec.name, found.spec.range) == (kind, real, range)


def held(home: Any, name: str, text: str) -> str | None:
    return Held(home)(name, specs.parse(name, text))


def test_npm_takes_what_lies_in_the_top_folder() -> None:
    home = project(
        {"dependencies": {"a": "1", "b": "1", "mine": "npm:real@1"}},
        {
            "node_modules/a": {"version": "1.2.0"},
            "node_modules/b": {"version": "1.0.0"},
            "node_modules/b/node_modules/a": {"version": "2.0.0"},
            "node_modules/mine": {"name": "real", "version": "1.0.0"},
        },
    )
    assert held(home, "a", "^1.1") == "1.2.0"
    assert held(home, "a", "^2") is None
    assert held(home, "a", "latest") is None
    assert held(home, "mine", "npm:real@*") == "1.0.0"
    assert held(home, "mine", "*") is None
    assert held(home, "real", "*") is None
    assert Held(home).of("a") == "1.2.0"


def test_pnpm_takes_whatever_fits() -> None:
    text = b"""lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      b: {specifier: '1', version: 1.0.0}
packages:
  a@1.2.0: {resolution: {integrity: sha512-x}}
  a@2.0.0: {resolution: {integrity: sha512-x}}
  b@1.0.0: {resolution: {integrity: sha512-x}}
snapshots:
  a@1.2.0: {}
  a@2.0.0: {}
  b@1.0.0: {dependencies: {a: 2.0.0}}
"""
    bare = project({}, {})
    graph = pnpm.parse(text, "pnpm-lock.yaml", bare.manifest, {})
    home = bare._replace(manager="pnpm", lockfile=Lockfile("pnpm-lock.yaml", graph.format, graph))
    assert (held(home, "a", "^1"), held(home, "a", ">=2"), held(home, "a", "3")) == ("1.2.0", "2.0.0", None)
    assert Held(home).of("a") == "2.0.0"


def test_yarn_takes_what_was_asked_for_in_the_same_words() -> None:
    text = b"""# yarn lockfile v1

a@^1.0.0:
  version "1.2.0"

b@1:
  version "1.0.0"
  dependencies:
    a "^1.0.0"
"""
    document = {"name": "shop", "version": "1.0.0", "dependencies": {"b": "1"}}
    manifest = manifests.parse(json.dumps(document).encode(), "package.json")
    graph = yarn_classic.parse(text, "yarn.lock", manifest, {})
    home = project({}, {})._replace(manager="yarn", lockfile=Lockfile("yarn.lock", graph.format, graph))
    assert (held(home, "a", "^1.0.0"), held(home, "a", "^1.1.0")) == ("1.2.0", None)


def test_rules_about_a_project_are_left_out() -> None:
    assert set(rules.INSPECT) < set(rules.CHECK)
    assert {"lockfile-drift", "scripts-enabled", "outdated", "wildcard-range"}.isdisjoint(rules.INSPECT)
    assert {"advisory", "malware", "typosquat", "nonexistent-package", "provenance-lost"} <= set(
        rules.INSPECT
    )


def told(facts: Inspected) -> dict[str, tuple[str, bool]]:
    return {row.label: (row.words, row.marked) for row in rows(facts)}


def test_facts_in_words() -> None:
    found = told(
        Inspected(
            "demo",
            "demo",
            None,
            "1.0.0",
            "2.0.0",
            age=2 * DAY,
            package_age=5 * DAY,
            releases=1,
            publisher="GitHub Actions",
            trusted_publisher=True,
            attested=True,
            attestation={"repository": "https://git.example.test/people/demo"},
            maintainers=("a", "b"),
            scripts={"postinstall": "node x.js"},
            runs=Verdict(True, "npm runs it"),
            unpacked_size=2500,
            file_count=1,
            brings=("a@1.0.0",),
            brings_optional=1,
            has=("b@1.0.0",),
            peers=(Peer("host", "^1"), Peer("soft", "*", True), Peer("other", "^2", True, "2.1.0", True)),
            capabilities=("network", "processes"),
            rank=1200,
        )
    )
    assert found == {
        "release": ("1.0.0, 2 days old; the newest is 2.0.0", True),
        "package": ("5 days old, 1 release, number 1,200 of the most used", True),
        "published by": ("GitHub Actions, 2 maintainers", False),
        "provenance": (
            "attested and from a trusted publisher, built from git.example.test/people/demo (unverified)",
            False,
        ),
        "licence": ("none named", True),
        "repository": ("none named", True),
        "size": ("2.5 kB in 1 file", False),
        "on install": ("postinstall: node x.js (npm runs it)", True),
        "its code uses": ("network, processes", False),
        "brings": ("1 new package, all optional, 1 you have already: a@1.0.0", False),
        "wants beside": ("host ^1; other ^2 (you have 2.1.0)", False),
    }


def test_what_nobody_says_is_not_said() -> None:
    assert told(Inspected("demo", "demo")) == {}
    bare = told(Inspected("demo", "demo", None, "1.0.0", runs=Verdict(None, "npm may run it")))
    assert bare["release"] == ("1.0.0", False)
    assert bare["on install"] == ("a script, of which nobody gives the text (npm may run it)", True)
    assert {"published by", "provenance", "size", "brings"}.isdisjoint(bare)
    none = Inspected("demo", "demo", None, "1.0.0", capabilities=(), brings=(), scripts={})
    assert told(none)["its code uses"] == ("nothing of the system", False)
    assert told(none)["brings"] == ("no other package", False)
    cut = Inspected(
        "demo", "demo", None, "1.0.0", brings=("a",) * 1000, cut=True, advice=Advice("look-first")
    )
    assert told(cut)["brings"] == ("more than 1,000 new packages", False)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "1 minute"),
        (3599, "59 minutes"),
        (3600, "1 hour"),
        (DAY, "1 day"),
        (13 * DAY, "13 days"),
        (15 * DAY, "2 weeks"),
        (70 * DAY, "2 months"),
        (366 * DAY, "1 year"),
        (-5, "1 minute"),
    ],
)
def test_times_in_words(seconds: float, words: str) -> None:
    assert span(seconds) == words
