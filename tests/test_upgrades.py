from typing import Any

import pytest
from npmproject import project

from npmguard.model import Advisory, Packument, Project, Severity
from npmguard.upgrades import Ways, matches, reach, targets


def advisory(vulnerable: str, id: str = "X-1", **fields: Any) -> Advisory:
    return Advisory(id, "a", "T", Severity.HIGH, vulnerable, (id,))._replace(**fields)


def fixes(
    current: str, *advisories: Advisory, published: tuple[str, ...] = (), other: tuple[Advisory, ...] = ()
) -> Any:
    found = project({"dependencies": {"a": "*"}}, {"node_modules/a": {"version": current}})
    assert found.graph is not None
    packument = Packument("a", {}, {}, published) if published else None
    return targets(advisories, found.graph.nodes["node_modules/a"], packument, (*advisories, *other))


@pytest.mark.parametrize(
    ("vulnerable", "version", "hit"),
    [
        ("<1.2.3", "1.2.2", True),
        ("<1.2.3", "1.2.3", False),
        ("<1.2.3", "1.2.3-beta.1", True),
        (">=2.0.0-alpha <2.1.0", "2.0.0-beta.1", True),
        ("> 5.13.15 < 6.4.6", "6.0.0", True),
        ("<=1.0.0 || >=2.0.0 <2.0.5", "2.0.4", True),
        ("*", "0.0.0-pre", True),
        ("= 1.0.0", "v1.0.0", True),
        ("", "1.0.0", False),
        ("nonsense", "1.0.0", None),
        ("up to 1.2", "1.0.0", None),
        ("> 1.0.0, < 2.0.0", "1.5.0", True),
        ("> 1.0.0, < 2.0.0", "0.5.0", False),
        ("<1.0.0 || nonsense", "0.9.0", True),
        ("<1.0.0 || nonsense", "1.0.0", None),
        ("<1.0.0", "not a version", None),
        ("<1.0.0", None, False),
    ],
)
def test_matches(vulnerable: str, version: str | None, hit: bool | None) -> None:
    assert matches(advisory(vulnerable), version) is hit


def test_matches_versions_named_one_by_one() -> None:
    assert matches(advisory("", versions=frozenset({"1.0.0"})), "1.0.0") is True
    assert matches(advisory("<0.5.0", versions=frozenset({"1.0.0"})), "1.0.1") is False


def test_each_advisory_has_its_minimal_version_and_all_one_goal() -> None:
    found = fixes("4.17.15", advisory("<4.17.19", "X-1"), advisory(">=4.0.0 <4.17.21", "X-2"))
    assert found.fixed == {"X-1": "4.17.19", "X-2": "4.17.21"}
    assert found.goals == {"X-1": "4.17.21", "X-2": "4.17.21"}
    assert not found.listed


def test_the_near_goal_and_the_far_one() -> None:
    ends = {"X-1": "0.21.2", "X-2": "0.21.4", "X-3": "0.30.0", "X-4": "1.8.2"}
    found = fixes("0.21.1", *(advisory(f"<{end}", id) for id, end in ends.items()))
    assert found.fixed == ends
    assert found.goals == {"X-1": "0.21.4", "X-2": "0.21.4", "X-3": "1.8.2", "X-4": "1.8.2"}


def test_the_way_out_of_one_does_not_lead_into_another() -> None:
    elsewhere = advisory(">=1.2.0 <1.3.0", "X-2")
    found = fixes("1.1.0", advisory("<1.2.0", "X-1"), other=(elsewhere,))
    assert found.fixed == {"X-1": "1.2.0"}
    assert found.goals == {"X-1": "1.3.0"}


def test_where_every_way_out_leads_into_another_it_is_one_way_for_all() -> None:
    elsewhere = advisory(">=1.2.0 <=9.0.0", "X-3")
    found = fixes("1.1.0", advisory("<1.2.0", "X-1"), advisory("<1.3.0", "X-2"), other=(elsewhere,))
    assert found.goals == {"X-1": "1.3.0", "X-2": "1.3.0"}


def test_published_versions_decide_where_they_are_known() -> None:
    found = fixes(
        "1.0.0",
        advisory("<=1.2.0"),
        published=(
            "1.0.0",
            "1.2.0",
            "1.2.1-rc.1",
            "1.4.0",
            "2.0.0",
        ),
    )
    assert found.fixed == {"X-1": "1.4.0"}
    assert found.listed
    assert (
        fixes(
            "1.0.0",
            advisory("<1.2.3"),
            published=(
                "1.0.0",
                "1.2.2",
            ),
        ).fixed
        == {}
    )


def test_the_backported_fix_of_an_old_line() -> None:
    assert fixes("2.5.0", advisory("<3.0.8 || >=4.0.0 <4.3.0")).fixed == {"X-1": "3.0.8"}
    assert fixes("4.1.0", advisory("<3.0.8 || >=4.0.0 <4.3.0")).fixed == {"X-1": "4.3.0"}


def test_no_fix_is_known() -> None:
    found = fixes("2.88.2", advisory("<=2.88.2"))
    assert (found.fixed, found.goals) == ({}, {})
    assert fixes(
        "1.0.0",
        advisory("", versions=frozenset({"1.0.0"})),
        published=(
            "1.0.0",
            "1.0.1",
        ),
    ).fixed == {"X-1": "1.0.1"}
    single = advisory("", versions=frozenset({"1.0.0", "1.0.1"}))
    assert (
        fixes(
            "1.0.0",
            single,
            published=(
                "1.0.0",
                "1.0.1",
            ),
        ).fixed
        == {}
    )


def test_versions_that_a_shell_might_obey_are_no_targets() -> None:
    assert fixes(
        "1.0.0",
        advisory("<2.0.0"),
        published=(
            "\n2.0.0",
            "=2.0.1",
            "2.0.2",
        ),
    ).fixed == {"X-1": "2.0.2"}


@pytest.mark.parametrize(
    ("vulnerable", "version", "last"),
    [("<=1.2.3", "1.0.0", "1.2.3"), (">=1.0.0 <= 1.2.3", "1.1.0", "1.2.3"), ("= 1.0.0", "1.0.0", "1.0.0"),
     ("<1.2.3", "1.0.0", None), ("<=1.0.0 || >=2.0.0", "2.0.0", None), (">=1.0.0", "1.0.0", None)],
)  # fmt: skip
def test_reach(vulnerable: str, version: str, last: str | None) -> None:
    assert reach(advisory(vulnerable), version) == last


# -- ways


def way(found: Project, key: str, goal: str) -> Any:
    assert found.graph is not None
    return Ways(found, found.graph).to(goal, found.graph.nodes[key], (key,))


def entry(version: str, /, **fields: Any) -> dict[str, Any]:
    return {"version": version, **fields}


@pytest.mark.parametrize(
    ("field", "spec", "name", "more", "command"),
    [
        ("dependencies", "^1.0.0", "a", {}, "npm install a@1.2.0"),
        ("dependencies", "1.0.0", "a", {}, "npm install a@1.2.0"),
        ("devDependencies", "^1.0.0", "a", {}, "npm install --save-dev a@1.2.0"),
        ("optionalDependencies", "^1.0.0", "a", {}, "npm install --save-optional a@1.2.0"),
        ("dependencies", "^1.0.0", "@s/a", {}, "npm install @s/a@1.2.0"),
        ("dependencies", "npm:a@^1.0.0", "b", {"name": "a"}, "npm install b@npm:a@1.2.0"),
        ("dependencies", "^1.0.0", "a b; rm -rf x", {}, None),
        ("dependencies", "^1.0.0", "--global", {}, None),
    ],
)
def test_a_direct_dependency(
    field: str, spec: str, name: str, more: dict[str, Any], command: str | None
) -> None:
    found = way(
        project({field: {name: spec}}, {f"node_modules/{name}": entry("1.0.0", **more)}),
        f"node_modules/{name}",
        "1.2.0",
    )
    assert found.fix == ("upgrade", "1.2.0", command)
    assert found.words == "A direct upgrade gets there."
    assert found.open


def test_a_workspaces_dependency() -> None:
    members: dict[str, dict[str, Any]] = {
        "apps/x": {"name": "x", "version": "1.0.0", "dependencies": {"a": "^1.0.0"}},
        "apps/y": {"name": "y", "version": "1.0.0", "dependencies": {"a": "^1.0.0"}},
    }
    found = project({}, {"node_modules/a": entry("1.0.0")}, members)
    assert way(found, "node_modules/a", "1.2.0").fix.command == "npm install -w apps/x -w apps/y a@1.2.0"
    found = project({"dependencies": {"a": "1"}}, {"node_modules/a": entry("1.0.0")}, members)
    command = "npm install -w apps/x -w apps/y --include-workspace-root a@1.2.0"
    assert way(found, "node_modules/a", "1.2.0").fix.command == command


def transitive(spec: str, **more: Any) -> Project:
    return project(
        {"dependencies": {"top": "^1.0.0"}, **more},
        {
            "node_modules/top": entry("1.0.0", dependencies={"middle": "^1.0.0"}),
            "node_modules/middle": entry("1.1.0", dependencies={"a": spec}),
            "node_modules/a": entry("1.0.0"),
        },
    )


@pytest.mark.parametrize("spec", ["^1.0.0", "1.x", ">=0.5", "*", "latest"])
def test_everybody_takes_the_fix(spec: str) -> None:
    found = way(transitive(spec), "node_modules/a", "1.2.0")
    assert found.fix == ("upgrade", "1.2.0", "npm update a")
    assert "an update gets there" in found.words


@pytest.mark.parametrize("spec", ["1.0.0", "~1.0.0", "npm:a@1.0.0", "https://a.example.test/a.tgz"])
def test_somebody_holds_it_back(spec: str) -> None:
    found = way(transitive(spec), "node_modules/a", "1.2.0")
    assert found.fix == ("override", "1.2.0", None)
    assert not found.open
    assert found.words == (
        f"A direct upgrade does not get there: held back by middle@1.1.0 (asks for {spec}). "
        'See whether a newer top takes it, or put "overrides": {"a": "1.2.0"} into package.json.'
    )


def test_an_override_npm_would_refuse_is_bound() -> None:
    # npm ends in EOVERRIDE where a plain one differs from what the project asks for itself
    found = project(
        {"dependencies": {"a": "^2.0.0", "top": "1.0.0"}},
        {
            "node_modules/a": entry("2.0.0"),
            "node_modules/top": entry("1.0.0", dependencies={"a": "1.0.0"}),
            "node_modules/top/node_modules/a": entry("1.0.0"),
        },
    )
    assert (
        '"overrides": {"top": {"a": "1.2.0"}}' in way(found, "node_modules/top/node_modules/a", "1.2.0").words
    )


def test_a_direct_dependency_that_another_holds_back() -> None:
    found = project(
        {"dependencies": {"a": "^1.0.0", "top": "1.0.0"}},
        {"node_modules/a": entry("1.0.0"), "node_modules/top": entry("1.0.0", dependencies={"a": "1.0.0"})},
    )
    words = way(found, "node_modules/a", "1.2.0").words
    assert 'or install a@1.2.0 and put "overrides": {"top": {"a": "1.2.0"}} into package.json.' in words


def test_what_came_inside_another() -> None:
    found = project(
        {"dependencies": {"top": "1.0.0"}},
        {
            "node_modules/top": entry("1.0.0", dependencies={"a": "^1.0.0"}, bundleDependencies=["a"]),
            "node_modules/top/node_modules/a": entry("1.0.0", inBundle=True),
        },
    )
    out = way(found, "node_modules/top/node_modules/a", "1.2.0")
    assert out.fix == ("review", "1.2.0", None)
    assert out.words == "It comes inside top@1.0.0: only another version of that brings 1.2.0."


def test_an_override_of_the_project_itself() -> None:
    held = transitive("^1.0.0", overrides={"a": "1.0.0"})
    out = way(held, "node_modules/a", "1.2.0")
    assert out.fix == ("edit", "1.2.0", None)
    assert out.words == '"overrides" in package.json asks for 1.0.0: change that to 1.2.0.'
    assert way(transitive("^1.0.0", overrides={"a": "^1.0.0"}), "node_modules/a", "1.2.0").open


def test_nobody_asks_for_it() -> None:
    found = project({}, {"node_modules/a": entry("1.0.0", extraneous=True)})
    assert way(found, "node_modules/a", "1.2.0").fix == ("upgrade", "1.2.0", None)


def test_cycles_end() -> None:
    found = project(
        {"dependencies": {"top": "1"}},
        {
            "node_modules/top": entry("1.0.0", dependencies={"x": "1"}),
            "node_modules/x": entry("1.0.0", dependencies={"y": "1", "a": "1.0.0"}),
            "node_modules/y": entry("1.0.0", dependencies={"x": "1"}),
            "node_modules/a": entry("1.0.0"),
        },
    )
    assert "a newer top takes it" in way(found, "node_modules/a", "1.2.0").words


def test_where_the_lockfile_does_not_record_ranges_no_more_is_said_than_is_known() -> None:
    found = project(
        {"dependencies": {"debug": "^4.0.0"}},
        {
            "node_modules/debug": {"version": "4.3.0", "dependencies": {"ms": "2.1.2"}},
            "node_modules/ms": {"version": "2.1.2"},
        },
    )._replace(manager="pnpm")
    assert found.graph is not None
    found.graph.records_ranges = False
    way = Ways(found, found.graph).to("2.1.3", found.graph.nodes["node_modules/ms"], ["node_modules/ms"])
    assert way.fix == ("upgrade", "2.1.3", "pnpm update --depth Infinity ms")
    assert way.words == (
        "An update gets there if debug@4.3.0 takes it, which the lockfile does not say; if not, "
        'put overrides: {"ms": "2.1.3"} into pnpm-workspace.yaml.'
    )
    assert not way.open


@pytest.mark.parametrize(("manager", "command"), [("npm", "npm update ms"), ("yarn", None), ("bun", None)])
def test_where_no_command_takes_a_deeper_one_anew_it_is_said_how(manager: str, command: str | None) -> None:
    found = project(
        {"dependencies": {"debug": "^4.0.0"}},
        {
            "node_modules/debug": {"version": "4.3.0", "dependencies": {"ms": "^2.1.2"}},
            "node_modules/ms": {"version": "2.1.2"},
        },
    )._replace(manager=manager)
    assert found.graph is not None
    way = Ways(found, found.graph).to("2.1.3", found.graph.nodes["node_modules/ms"], ["node_modules/ms"])
    assert way.fix == ("upgrade", "2.1.3", command)
    assert ("deleting its entry" in way.words) is (command is None)


def test_what_a_catalog_holds_is_not_installed_past_it() -> None:
    found = project({"dependencies": {"ms": "catalog:"}}, {"node_modules/ms": {"version": "2.1.2"}})
    assert found.graph is not None
    way = Ways(found, found.graph).to("2.1.3", found.graph.nodes["node_modules/ms"], ["node_modules/ms"])
    assert way.fix == ("upgrade", "2.1.3", None)
