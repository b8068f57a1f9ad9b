"""What an install would bring, worked out from what registries offer."""

from collections.abc import Mapping

from npmguard.brought import Answer, Brought
from npmguard.model import Missing, Offer, Offers, Source, Unanswered
from npmguard.specs import Spec


def offers(name: str, latest: str, **versions: Offer) -> Offers:
    """A package; its versions are given as v1_2_3."""
    named = {key[1:].replace("_", "."): offer for key, offer in versions.items()}
    return Offers(name, {"latest": latest}, named)


def asks(**dependencies: str) -> Offer:
    return Offer({name.replace("_", "-"): text for name, text in dependencies.items()})


def nothing(name: str, spec: Spec) -> str | None:
    return None


def grown(tree: Brought, *known: Answer) -> tuple[list[set[str]], Brought]:
    """The tree with all its levels, and the names that each of them asked about."""
    registry = {answer.name: answer for answer in known}
    told: dict[str, Answer] = {}
    levels = []
    while True:
        names = set(tree.wanted()) - told.keys()
        if names:
            levels.append(names)
        told |= {name: registry.get(name, Missing(name)) for name in names}
        if not tree.grow(told):
            return levels, tree


def labels(tree: Brought) -> list[str]:
    return sorted(package.label for package in tree.packages)


def test_each_level_is_asked_about_at_once_and_no_name_twice() -> None:
    levels, tree = grown(
        Brought("a", "^1", nothing),
        offers("a", "2.0.0", v1_0_0=asks(), v1_2_0=asks(b="1", c="*"), v2_0_0=asks(d="*")),
        offers("b", "1.5.0", v1_5_0=asks(c="^1", e="*")),
        offers("c", "1.1.0", v1_0_0=asks(), v1_1_0=asks(e="^2")),
        offers("e", "2.0.0", v2_0_0=asks(a="*")),
    )
    assert levels == [{"a"}, {"b", "c"}, {"e"}]
    # e asks for any a, and has the one that was asked for: it lies at the top
    assert labels(tree) == ["a@1.2.0", "b@1.5.0", "c@1.1.0", "e@2.0.0"]
    graph = tree.graph("npm-3")
    assert graph.direct == {"a@1.2.0"}
    assert graph.reachable == {"", *graph.nodes}
    assert [(e.name, e.spec, e.target) for e in graph.edges[""]] == [("a", "1.2.0", "a@1.2.0")]
    assert [e.source for e in graph.asking_for(frozenset(["e"]))] == ["b@1.5.0", "c@1.1.0"]


def test_each_gets_what_npm_would_choose_for_it_alone() -> None:
    # npm makes do with b@1.0.0 or not, by the order of its steps: no version must go unseen
    _, tree = grown(
        Brought("a", "", nothing),
        offers("a", "1.0.0", v1_0_0=asks(b="1.0.0", c="*")),
        offers("b", "1.1.0", v1_0_0=asks(), v1_1_0=asks()),
        offers("c", "1.0.0", v1_0_0=asks(b="^1.0.0", a="^2")),
    )
    assert labels(tree) == ["a@1.0.0", "a@^2", "b@1.0.0", "b@1.1.0", "c@1.0.0"]


def test_a_version_that_will_not_do_for_another_comes_as_well() -> None:
    _, tree = grown(
        Brought("a", "", nothing),
        offers("a", "1.0.0", v1_0_0=asks(b="^1", c="^1")),
        offers("b", "2.0.0", v1_0_0=asks(), v2_0_0=asks()),
        offers("c", "1.0.0", v1_0_0=asks(b="latest")),
    )
    assert labels(tree) == ["a@1.0.0", "b@1.0.0", "b@2.0.0", "c@1.0.0"]


def test_what_the_project_has_is_not_followed() -> None:
    def held(name: str, spec: Spec) -> str | None:
        return {("b", "^1"): "1.0.0", ("a", "*"): "1.0.0"}.get((name, spec.range or "*"))

    levels, tree = grown(
        Brought("a", "", held),
        offers("a", "1.0.0", v1_0_0=asks(b="^1", c="*")),
        offers("c", "1.0.0", v1_0_0=asks(b="^1")),
    )
    assert levels == [{"a"}, {"c"}]  # what was asked for is looked at in any case
    assert (labels(tree), tree.present) == (["a@1.0.0", "c@1.0.0"], {("b", "1.0.0")})


def test_what_only_the_optional_bring_may_fail() -> None:
    _, tree = grown(
        Brought("a", "", nothing),
        offers("a", "1.0.0", v1_0_0=Offer({"b": "*"}, {"c": "*"})),
        offers("b", "1.0.0", v1_0_0=asks(e="*")),
        offers("c", "1.0.0", v1_0_0=Offer({"d": "*", "e": "*"}, os=("linux",))),
        offers("d", "1.0.0", v1_0_0=asks()),
        offers("e", "1.0.0", v1_0_0=asks()),
    )
    nodes = tree.graph("npm-3").nodes
    assert {key for key, node in nodes.items() if node.optional} == {"c@1.0.0", "d@1.0.0"}
    assert nodes["c@1.0.0"].os == ("linux",)


def test_aliases_and_what_comes_from_elsewhere() -> None:
    _, tree = grown(
        Brought("mine", "npm:a@^1", nothing),
        offers(
            "a",
            "1.0.0",
            v1_0_0=asks(
                b="npm:real@1",
                g="git+https://git.example.test/g.git",
                u="https://files.example.test/u.tgz",
                w="workspace:*",
            ),
        ),
        offers("real", "1.0.0", v1_0_0=asks()),
    )
    found = {package.key: (package.name, package.alias, package.source) for package in tree.packages}
    assert found == {
        "a@1.0.0": ("a", "mine", Source.REGISTRY),
        "real@1.0.0": ("real", "b", Source.REGISTRY),
        "g@git+https://git.example.test/g.git": ("g", None, Source.GIT),
        "u@https://files.example.test/u.tgz": ("u", None, Source.URL),
    }
    assert tree.pinned == "npm:a@1.0.0"


def test_what_is_not_there_stands_with_what_was_asked() -> None:
    _, tree = grown(
        Brought("a", "", nothing),
        offers("a", "1.0.0", v1_0_0=asks(b="^2", gone="~1.2", silent="*")),
        offers("b", "1.0.0", v1_0_0=asks()),
        Unanswered("silent", "it is silent"),
    )
    assert labels(tree) == ["a@1.0.0", "b@^2", "gone@~1.2"]
    assert tree.unanswered == {"silent": "it is silent"}


def test_what_was_asked_for_and_is_not_to_be_had() -> None:
    for known, text in (
        (offers("a", "1.0.0", v1_0_0=asks()), "^2"),
        (offers("a", "1.0.0", v1_0_0=asks()), "next"),
        (offers("a", "1.0.0", v1_0_0=asks()), "1.0.1"),
        (Missing("a"), ""),
        (Unanswered("a", "it is silent"), ""),
    ):
        _, tree = grown(Brought("a", text, nothing), known)
        assert (tree.key, tree.package, tree.pinned, labels(tree)) == (None, None, None, [])


def test_a_version_as_people_write_it() -> None:
    for text in ("1.0.0", "v1.0.0", "=1.0.0", " 1.0.0 ", "1.0.0+build"):
        _, tree = grown(Brought("a", text, nothing), offers("a", "2.0.0", v1_0_0=asks(), v2_0_0=asks()))
        assert tree.key == "a@1.0.0"


def test_it_stops_somewhere() -> None:
    def made(name: str) -> Offers:
        """A package that asks for two more, as they all do."""
        return offers(name, "1.0.0", v1_0_0=Offer({f"{name}0": "*", f"{name}1": "*"}))

    def all_of(tree: Brought) -> Brought:
        told: dict[str, Answer] = {}
        while True:
            told |= {name: made(name) for name in tree.wanted() - told.keys()}
            if not tree.grow(told):
                return tree

    wide = all_of(Brought("a", "", nothing, most=50))
    assert (len(wide.packages), wide.cut) == (50, True)
    deep = all_of(Brought("a", "", nothing, deepest=3))
    assert (len(deep.packages), deep.cut) == (7, True)
    known: Mapping[str, Answer] = {"b": offers("b", "1.0.0", v1_0_0=asks(b="*"))}
    circle = Brought("b", "", nothing)
    assert (circle.grow(known), circle.grow(known), circle.cut) == (True, False, False)
