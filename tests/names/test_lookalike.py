"""Likeness to popular names: what is found, what stays quiet, and that any text is safe."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from npmguard.names import _popular, carriers, lookalike, lookalikes
from npmguard.names.likeness import bare

FACTS = json.loads((Path(__file__).parents[2] / "fixtures" / "names" / "names.json").read_text())


@pytest.mark.parametrize(
    ("name", "popular", "how"),
    [
        ("lodahs", "lodash", "transposition"),
        ("expres", "express", "doubling"),
        ("reequest", "request", "doubling"),
        ("comander", "commander", "doubling"),
        ("epress", "express", "omission"),
        ("webidl-conversion", "webidl-conversions", "plural"),
        ("commqnder", "commander", "neighbouring-key"),
        ("l0dash", "lodash", "confusable"),
        ("crossenv", "cross-env", "separator"),
        ("lru_cache", "lru-cache", "separator"),
        ("react.dom", "react-dom", "separator"),
        ("types-node", "@types/node", "scope"),
        ("@typess/node", "@types/node", "doubling"),
        ("@react/dom", "react-dom", "scope"),
        ("rnocha", "mocha", "confusable"),
        ("l\u043edash", "lodash", "confusable"),
        ("Express", "express", "capitals"),
        ("bab3el-regyster", "babel-register", "mixed"),
    ],
)
def test_imitations(name: str, popular: str, how: str) -> None:
    found = lookalike(name)
    assert found is not None
    assert (found.name, found.how) == (popular, how)
    assert found.rank == _popular().names.index(popular) + 1


@pytest.mark.parametrize(
    ("name", "meant", "how"),
    [
        ("core-xml", "@azure/core-xml", "unscoped"),
        ("arm-compute", "@azure/arm-compute", "family"),
        ("node-express", "express", "decorated"),
        ("lodash-js", "lodash", "decorated"),  # and a slip off lodash-es
        ("Lodash.js", "lodash", "decorated"),
        ("expressjs", "express", "decorated"),
        ("axios-official", "axios", "decorated"),
        ("@bable/of-nobody", "@babel/of-nobody", "scope-slip"),
        ("@agular/of-nobody", "@angular/of-nobody", "scope-slip"),
    ],
)
def test_popular_names_held_whole_are_low(name: str, meant: str, how: str) -> None:
    found = lookalike(name)
    assert found is not None
    assert (found.name, found.how, found.confidence) == (meant, how, "low")


@pytest.mark.parametrize(
    "name",
    [
        "lodash-utils",  # hundreds of real names are made so
        "express-cli",
        "eslint-config-acme",
        "@acme/lodash",  # wrappers and forks
        "dashboard",  # one word is anybody's, though @medusajs/dashboard exists
        "types-of-ours",  # a scope of that name is popular, and holds no family
        "@nest/x",  # too short to tell @next
        "@storyblock/x",
        "node-js",
        "js",
    ],
)
def test_what_holds_a_popular_name_for_a_reason(name: str) -> None:
    assert lookalike(name) is None


@pytest.mark.parametrize(
    ("name", "popular", "how"),
    [
        ("react-dom-toolbox", "react-dom", "word"),
        ("acme-eslint", "eslint", "word"),
        ("stripe-payment-helper", "@stripe/stripe-js", "brand"),
        ("token-of-discord", "discord-api-types", "brand"),
    ],
)
def test_what_carries_a_popular_name(name: str, popular: str, how: str) -> None:
    found = carriers([name])
    assert (found[name].name, found[name].how) == (popular, how)
    assert lookalike(name) is None


def test_what_carries_none() -> None:
    assert carriers(["our-own-service", "express", "@acme/express", "discord", "", "x" * 300]) == {}


def test_confidence_follows_length_popularity_and_slip() -> None:
    def sure(name: str) -> str:
        found = lookalike(name)
        assert found is not None
        return found.confidence

    assert sure("string-wdith") == "high"  # a swap in the middle of a popular name
    assert sure("types-node") == "medium"  # nothing in @types ever had another name
    assert sure("babel-preset-typescript") == "low"  # old names of packages that moved into a scope
    assert sure("isbuffer") == "low"  # so do real names older than is-buffer


@pytest.mark.parametrize(
    "name",
    [
        "lodash",  # popular
        "preact",  # popular, and near another
        "JSONStream",  # popular, with capital letters
        "@types/nodee",  # nobody else can publish in that scope
        "@babel/helper-import-to-platform-api",
        "eslint-plugin-q",  # a family: what tells its members apart is short
        "babel-preset-stage-4",  # another version
        "ab",
        "zz",
        "our-own-invoice-service",
        "",
        "-",
        "@/",
    ],
)
def test_quiet(name: str) -> None:
    assert lookalike(name) is None


def test_most_real_imitations_are_found() -> None:
    """Malicious names within two slips of a popular one: nine of ten of one slip, 85 % of all."""
    found = lookalikes(row["name"] for row in FACTS["imitations"])
    one = [row for row in FACTS["imitations"] if row["slips"] <= 1]
    assert sum(row["name"] in found for row in FACTS["imitations"]) >= 0.85 * len(FACTS["imitations"])
    assert sum(row["name"] in found for row in one) >= 0.9 * len(one)
    right = sum(
        row["name"] in found and found[row["name"]].name == row["target"] for row in FACTS["imitations"]
    )
    assert right >= 0.8 * len(FACTS["imitations"])


def test_real_names_are_quiet() -> None:
    """Unpopular names of real lockfiles : hardly one is thought a likely imitation."""
    found = lookalikes(FACTS["quiet"])
    assert len(found) <= 21
    assert [name for name, like in found.items() if like.confidence != "low"] == ["semiver"]


def test_a_popular_name_imitates_nothing() -> None:
    assert lookalikes(_popular().names) == {}


def test_one_by_one_and_together_agree() -> None:
    names = [row["name"] for row in FACTS["imitations"][:40]] + FACTS["quiet"][:40]
    together = lookalikes(names)
    assert {name: like for name in names if (like := lookalike(name))} == together


@given(st.one_of(st.text(max_size=300), st.text(alphabet="abc01-_./@", max_size=40)))
@example("a" * 214)
@example("react-" * 35)
@example("-" * 200)
@example("\ud800")
@example("\u0130stanbul")
@example("a" * 100_000)
def test_any_text_is_safe(text: str) -> None:
    found = lookalike(text)
    assert found is None or found.name != text
    assert found is None or found.how in ("family", "scope-slip") or found.name in _popular().ranks
    carried = carriers([text]).get(text)
    assert carried is None or carried.name in _popular().ranks


@given(st.sampled_from(_popular().names), st.data())
def test_a_swap_in_a_long_name_is_found(name: str, data: st.DataObject) -> None:
    if len(bare(name)) < 8 or name.startswith("@"):
        return
    at = data.draw(st.integers(1, len(name) - 3))
    swapped = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    if name[at].isalpha() and name[at + 1].isalpha() and swapped != name and swapped not in _popular().ranks:
        assert lookalike(swapped) is not None


def test_several_slips_of_one_kind_are_no_single_one() -> None:
    found = lookalike("expand-braces")
    assert found is not None
    assert (found.name, found.how) == ("expand-brackets", "mixed")
