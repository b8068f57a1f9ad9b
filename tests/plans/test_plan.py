"""The least changes that mend what was found, on small trees."""

from collections.abc import Iterable
from typing import Any

import pytest
from npmproject import project

from npmguard.model import Advisory, Edit, Finding, Fix, Offer, Offers, Plan, Project, Severity, Step
from npmguard.plans import plan
from npmguard.plans.doing import chosen, edits, following
from npmguard.plans.market import Market
from npmguard.plans.search import restyled

Entries = dict[str, dict[str, Any]]


def offers(name: str, *versions: str, **asking: Offer) -> Offers:
    """A package; versions that ask for something are given as v1_2_3."""
    found = dict.fromkeys(versions, Offer())
    found |= {key[1:].replace("_", "."): offer for key, offer in asking.items()}
    return Offers(name, {}, found)


def asks(**dependencies: str) -> Offer:
    return Offer(dependencies)


def advisory(name: str, vulnerable: str, id: str = "") -> Advisory:
    return Advisory(id or f"GHSA-{name}", name, "T", Severity.HIGH, vulnerable)


def findings(project: Project, *advisories: Advisory, rule: str = "advisory") -> list[Finding]:
    """What the rules find, in short."""
    assert project.graph is not None
    found: dict[tuple[str, str, str], Finding] = {}
    market = Market({}, advisories)
    for node in project.graph.foreign:
        for id in market.faults(node.name, node.version or ""):
            mark = (node.name, node.version or "", id)
            known = found.get(mark)
            keys = (*(known.keys if known else ()), node.key)
            found[mark] = Finding(
                rule,
                Severity.HIGH,
                "T",
                "D",
                package=node.name,
                version=node.version,
                keys=keys,
                subject=id,
                direct=node.key in project.graph.direct,
                fingerprint=f"{node.name}@{node.version} {id}",
            )
    return list(found.values())


def planned(
    project: Project, registry: Iterable[Offers], *advisories: Advisory, **market: Any
) -> tuple[Plan, set[str]]:
    """(the plan, the names that it asked for in vain)."""
    known = Market({each.name: each for each in registry}, advisories, **market)
    return plan(project, findings(project, *advisories), known), known.wanted


def steps(plan: Plan) -> list[tuple[str, str, str | None, str | None, str | None]]:
    return [(s.kind, s.package, s.before, s.to, s.by) for s in plan.steps]


def one(plan: Plan) -> Step:
    (step,) = plan.steps
    return step


def test_within_the_ranges_only_the_lockfile_changes() -> None:
    shop = project(
        {"dependencies": {"a": "^1.0.0"}},
        {
            "node_modules/a": {"version": "1.0.0", "dependencies": {"b": "^1.0.0"}},
            "node_modules/b": {"version": "1.0.0"},
        },
    )
    found, wanted = planned(shop, [offers("b", "1.0.0", "1.0.1", "1.2.0", "2.0.0")], advisory("b", "<1.0.1"))
    assert steps(found) == [("refresh", "b", "1.0.0", "1.2.0", "minor")]
    assert one(found).command == "npm update b"
    assert one(found).mends == ("b@1.0.0 GHSA-b",)
    assert one(found).edits == ()
    assert not wanted


def test_a_direct_dependency_goes_to_the_lowest_version_that_will_do_in_the_same_manner() -> None:
    shop = project(
        {"devDependencies": {"a": "~1.0.0"}}, {"node_modules/a": {"version": "1.0.0", "dev": True}}
    )
    registry = [offers("a", "1.0.0", "1.1.0-rc.1", "1.1.0", "1.1.5", "2.0.0")]
    found, _ = planned(shop, registry, advisory("a", "<1.1.0"))
    assert steps(found) == [("upgrade", "a", "1.0.0", "1.1.0", "minor")]
    assert one(found).command == "npm install --save-dev a@1.1.0"
    (edit,) = one(found).edits
    assert edit == ("package.json", ("devDependencies", "a"), "~1.0.0", "~1.1.0")


TREE: Entries = {
    "node_modules/top": {"version": "1.0.0", "dependencies": {"mid": "1.0.0"}},
    "node_modules/mid": {"version": "1.0.0", "dependencies": {"low": "1.0.0"}},
    "node_modules/low": {"version": "1.0.0"},
}
LOW = offers("low", "1.0.0", "1.0.1", "1.0.2")
MID = offers("mid", v1_0_0=asks(low="1.0.0"), v1_1_0=asks(low="1.0.0"), v1_2_0=asks(low="^1.0.1"))


def test_the_direct_dependency_whose_tree_takes_the_fix() -> None:
    shop = project({"dependencies": {"top": "^1.0.0"}}, TREE)
    top = offers(
        "top",
        v1_0_0=asks(mid="1.0.0"),
        v2_0_0=asks(mid="1.1.0"),
        v3_0_0=asks(mid="^1.1.0"),
        v4_0_0=asks(),
    )
    found, wanted = planned(shop, [top, MID, LOW], advisory("low", "<1.0.1"))
    assert steps(found) == [("upgrade", "top", "1.0.0", "3.0.0", "major")]
    assert one(found).mends == ("low@1.0.0 GHSA-low",)
    assert not wanted


def test_within_the_range_of_what_asks_for_it() -> None:
    """mid is refreshed, because the new one takes the fix; low with it, because it is locked."""
    loose: Entries = {**TREE, "node_modules/top": {"version": "1.0.0", "dependencies": {"mid": "^1.0.0"}}}
    shop = project({"dependencies": {"top": "^1.0.0"}}, loose)
    found, _ = planned(shop, [offers("top", "1.0.0"), MID, LOW], advisory("low", "<1.0.1"))
    assert [step[:2] for step in steps(found)] == [("refresh", "mid")]


def test_an_override_where_nothing_else_works_bound_where_there_are_others() -> None:
    registry = [offers("top", v1_0_0=asks(mid="1.0.0")), offers("mid", v1_0_0=asks(low="1.0.0")), LOW]
    shop = project({"dependencies": {"top": "^1.0.0"}}, TREE)
    found, _ = planned(shop, registry, advisory("low", "<1.0.1"))
    assert steps(found) == [("override", "low", "1.0.0", "1.0.1", "patch")]
    assert one(found).edits == (("package.json", ("overrides", "low"), None, "1.0.1"),)
    # the project asks for another low itself, which npm lets nobody override
    entries: Entries = {
        **TREE,
        "node_modules/low": {"version": "1.0.2"},
        "node_modules/mid/node_modules/low": {"version": "1.0.0"},
    }
    both = project(
        {"dependencies": {"top": "^1.0.0", "low": "^1.0.2"}, "overrides": {"mid": "1.0.0"}}, entries
    )
    found, _ = planned(both, registry, advisory("low", "<1.0.1"))
    (edit,) = one(found).edits
    assert edit == ("package.json", ("overrides", "mid", "low"), None, "1.0.1")


def test_no_fix_yet() -> None:
    shop = project({"dependencies": {"a": "^1.0.0"}}, {"node_modules/a": {"version": "1.0.0"}})
    found, _ = planned(shop, [offers("a", "1.0.0", "1.0.1")], advisory("a", "<=1.0.1"))
    assert steps(found) == [("none", "a", "1.0.0", None, None)]
    assert one(found).mends == ("a@1.0.0 GHSA-a",)


def test_what_can_be_mended_is_though_not_all_can() -> None:
    shop = project({"dependencies": {"a": "^1.0.0"}}, {"node_modules/a": {"version": "1.0.0"}})
    found, _ = planned(
        shop, [offers("a", "1.0.0", "1.0.1", "1.0.2")], advisory("a", "<1.0.2", "X"), advisory("a", "*", "Y")
    )
    assert [(s.kind, s.mends) for s in found.steps] == [
        ("refresh", ("a@1.0.0 X",)),
        ("none", ("a@1.0.0 Y",)),
    ]


@pytest.mark.parametrize("fault", ["vulnerable", "deprecated", "young", "withdrawn"])
def test_what_is_itself_no_good_is_never_recommended(fault: str) -> None:
    shop = project({"dependencies": {"a": "1.0.0"}}, {"node_modules/a": {"version": "1.0.0"}})
    versions = ["1.0.0", "1.0.1", "1.0.2"]
    if fault == "withdrawn":
        versions.remove("1.0.1")
    a = offers("a", *versions)
    if fault == "deprecated":
        a = offers("a", "1.0.0", "1.0.2", v1_0_1=Offer(deprecated="no"))
    about = [advisory("a", "<1.0.1")] + ([advisory("a", "=1.0.1", "X")] if fault == "vulnerable" else [])
    young = {("a", "1.0.1")} if fault == "young" else set()
    found, _ = planned(shop, [a], *about, young=lambda name, version: (name, version) in young)
    assert steps(found) == [("upgrade", "a", "1.0.0", "1.0.2", "patch")]


def test_one_step_for_all_that_it_mends_and_none_that_it_makes_needless() -> None:
    """Two ways lead through top, and to mend the one mends the other too."""
    entries: Entries = {
        "node_modules/top": {"version": "1.0.0", "dependencies": {"x": "1.0.0", "y": "1.0.0"}},
        "node_modules/x": {"version": "1.0.0"},
        "node_modules/y": {"version": "1.0.0"},
    }
    shop = project({"dependencies": {"top": "^1.0.0"}}, entries)
    registry = [
        offers(
            "top",
            v1_0_0=asks(x="1.0.0", y="1.0.0"),
            v2_0_0=asks(x="1.0.1", y="1.0.0"),
            v3_0_0=asks(x="1.0.1", y="1.0.1"),
        ),
        offers("x", "1.0.0", "1.0.1"),
        offers("y", "1.0.0", "1.0.1"),
    ]
    found, _ = planned(shop, registry, advisory("x", "<1.0.1"), advisory("y", "<1.0.1"))
    assert steps(found) == [("upgrade", "top", "1.0.0", "3.0.0", "major")]
    assert one(found).mends == ("x@1.0.0 GHSA-x", "y@1.0.0 GHSA-y")


def test_a_version_whose_tree_is_no_better_is_passed_over() -> None:
    shop = project({"dependencies": {"top": "1.0.0"}}, {"node_modules/top": {"version": "1.0.0"}})
    registry = [
        offers("top", "1.0.0", "1.0.2", v1_0_1=asks(bad="1.0.0")),
        offers("bad", "1.0.0"),
    ]
    found, _ = planned(shop, registry, advisory("top", "<1.0.1"), advisory("bad", "*"))
    assert steps(found) == [("upgrade", "top", "1.0.0", "1.0.2", "patch")]


def test_who_wants_it_beside_itself_holds_it_back() -> None:
    entries: Entries = {
        "node_modules/react": {"version": "1.0.0"},
        "node_modules/plugin": {"version": "1.0.0", "peerDependencies": {"react": "^1.0.0"}},
    }
    shop = project({"dependencies": {"react": "1.0.0", "plugin": "1.0.0"}}, entries)
    registry = [offers("react", "1.0.0", "2.0.0", "1.5.0"), offers("plugin", "1.0.0")]
    found, _ = planned(shop, registry, advisory("react", "<1.5.0"))
    assert steps(found) == [("upgrade", "react", "1.0.0", "1.5.0", "minor")]


def test_the_right_package_json_of_a_workspace() -> None:
    shop = project(
        {"dependencies": {}},
        {"node_modules/a": {"version": "1.0.0"}},
        {"packages/web": {"name": "web", "version": "1.0.0", "dependencies": {"a": "1.0.0"}}},
    )
    found, _ = planned(shop, [offers("a", "1.0.0", "1.0.1")], advisory("a", "<1.0.1"))
    (edit,) = one(found).edits
    assert edit == ("packages/web/package.json", ("dependencies", "a"), "1.0.0", "1.0.1")
    assert one(found).command == "npm install -w packages/web a@1.0.1"


def test_malware_may_lead_back_and_goes_away_where_it_cannot() -> None:
    shop = project({"dependencies": {"a": "1.0.1"}}, {"node_modules/a": {"version": "1.0.1"}})
    about = advisory("a", "=1.0.1")._replace(malware=True)
    bad = findings(shop, about, rule="malware")
    back = plan(shop, bad, Market({"a": offers("a", "1.0.0", "1.0.1")}, [about]))
    assert steps(back) == [("upgrade", "a", "1.0.1", "1.0.0", "downgrade")]
    whole = about._replace(vulnerable="*")
    gone = plan(shop, findings(shop, whole, rule="malware"), Market({"a": offers("a", "1.0.1")}, [whole]))
    assert [(s.kind, s.command) for s in gone.steps] == [("remove", "npm uninstall a")]


def behind(project: Project, name: str, latest: str) -> Finding:
    assert project.graph is not None
    (edge,) = [e for e in project.graph.edges[""] if e.name == name]
    node = project.graph.nodes[edge.target or ""]
    return Finding(
        "outdated",
        Severity.LOW,
        "T",
        "D",
        package=node.name,
        version=node.version,
        fix=Fix("upgrade", latest, f"npm update {name}"),
        keys=(node.key,),
        subject=f" {edge.spec}",
        fingerprint=f"behind {name}",
    )


def test_what_is_behind_waits_unless_a_step_brings_it_up_already() -> None:
    entries: Entries = {"node_modules/a": {"version": "1.0.0"}, "node_modules/b": {"version": "1.0.0"}}
    shop = project({"dependencies": {"a": "^1.0.0", "b": "1.0.0"}}, entries)
    about = advisory("a", "<1.1.0")
    registry = {
        "a": offers("a", "1.0.0", "1.1.0")._replace(dist_tags={"latest": "1.1.0"}),
        "b": offers("b", "1.0.0", "2.0.0")._replace(dist_tags={"latest": "2.0.0"}),
    }
    every = [*findings(shop, about), behind(shop, "a", "1.1.0"), behind(shop, "b", "2.0.0")]
    found = plan(shop, every, Market(registry, [about]))
    assert [(s.kind, s.package, s.urgent, s.mends) for s in found.steps] == [
        ("refresh", "a", True, ("a@1.0.0 GHSA-a", "behind a")),
        ("upgrade", "b", False, ("behind b",)),
    ]
    urgent, every_step = chosen(found.steps, everything=False), chosen(found.steps, everything=True)
    assert edits(urgent) == []
    assert following(urgent, "npm") == ["npm update a"]
    assert [e.value for e in edits(every_step)] == ["2.0.0"]
    assert following(every_step, "npm") == ["npm install --package-lock-only", "npm update a"]


def test_what_is_ignored_stands_in_nobodys_way() -> None:
    shop = project({"dependencies": {"a": "1.0.0"}}, {"node_modules/a": {"version": "1.0.0"}})
    about = advisory("a", "<1.0.1", "X"), advisory("a", "*", "Y")
    every = [f for f in findings(shop, *about) if f.subject == "X"]
    market = Market({"a": offers("a", "1.0.0", "1.0.1")}, about, ignored={("a", "Y")})
    assert [(s.kind, s.to) for s in plan(shop, every, market).steps] == [("upgrade", "1.0.1")]


def test_what_has_to_be_looked_up_is_told() -> None:
    shop = project({"dependencies": {"a": "1.0.0"}}, {"node_modules/a": {"version": "1.0.0"}})
    _, wanted = planned(shop, [], advisory("a", "<1.0.1"))
    assert wanted == {"a"}


def test_rings_end() -> None:
    entries: Entries = {
        "node_modules/a": {"version": "1.0.0", "dependencies": {"b": "1.0.0"}},
        "node_modules/b": {"version": "1.0.0", "dependencies": {"a": "1.0.0", "c": "1.0.0"}},
        "node_modules/c": {"version": "1.0.0"},
    }
    shop = project({"dependencies": {"a": "1.0.0"}}, entries)
    registry = [
        offers("a", v1_0_0=asks(b="1.0.0"), v1_0_1=asks(b="1.0.1")),
        offers("b", v1_0_0=asks(a="1.0.0", c="1.0.0"), v1_0_1=asks(a="1.0.1", c="1.0.1")),
        offers("c", "1.0.0", "1.0.1"),
    ]
    found, _ = planned(shop, registry, advisory("c", "<1.0.1"))
    assert steps(found) == [("upgrade", "a", "1.0.0", "1.0.1", "patch")]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("1.0.0", "2.0.0"),
        ("=1.0.0", "2.0.0"),
        ("^1.0.0", "^2.0.0"),
        ("~1.0", "^2.0.0"),
        ("~1.0.0", "~2.0.0"),
        (">=1.0.0", ">=2.0.0"),
        ("1.x", "^2.0.0"),
        ("1.0.0 || 1.2.0", "^2.0.0"),
        ("npm:other@^1.0.0", "npm:other@^2.0.0"),
        ("npm:@scope/other@1.0.0", "npm:@scope/other@2.0.0"),
        ("npm:other", "npm:other@^2.0.0"),
        ("latest", "^2.0.0"),
    ],
)
def test_the_manner_of_a_range_is_kept(text: str, written: str) -> None:
    assert restyled(text, "2.0.0") == written


def test_what_has_to_go_goes_first() -> None:
    edit = Edit("package.json", ("dependencies", "a"), "1.0.0", "1.0.1")
    moved = Step(
        "upgrade", "a", "1.0.0", "1.0.1", "patch", "npm install a@1.0.1", "", (), (edit,), urgent=True
    )
    fresh = Step("refresh", "b", "1.0.0", "1.0.1", "patch", "npm update b", "", (), urgent=True)
    gone = Step("remove", "c", "6.1.1", None, None, "npm uninstall c", "", (), urgent=True)
    assert following([moved, fresh, gone], "npm") == [
        "npm uninstall c",
        "npm install --package-lock-only",
        "npm update b",
    ]
