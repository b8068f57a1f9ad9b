"""Whatever searches for candidates, the same secrets are found."""

import importlib
import random
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.fakes import Examples, filled
from support.searchers import engines

from npmguard.secrets.detectors import MODULES, catalogue
from npmguard.secrets.expressions import read
from npmguard.secrets.shape import Detector, assigned

EXAMPLES: dict[str, Examples] = {
    name: examples
    for module in MODULES
    for name, examples in importlib.import_module(f"secret_examples.{module}").EXAMPLES.items()
}
TEXTS = [
    filled(template, seed).replace("«", "").replace("»", "").encode()
    for examples in EXAMPLES.values()
    for template in (*examples.positive, *examples.negative)
    for seed in range(2)
]
WHOLE = engines(catalogue())

PARTS = ("a", "b", "1", "_", "=", "AB", "ab_", "ab", "-----", "aB", "\n", "aaaaaaaa", "b1b1b1b1")
# Patterns of every build: they need not be of use, but both searchers must do them justice.
PATTERNS = (
    r"ab_[ab1]{4}",
    r"[ab]{2,6}_[ab1]{3,5}",
    r"(?:ab|ba_|b1)(?P<secret>[ab1]{3,40})",
    r"(?i:aB)[_1]{0,3}=(?P<secret>[^\n=]{2,12})(?:=|\n|$)",
    r"-{5}AB[ab_]{0,20}-{5}[\s\S]{3,300}-{5}",
    r"[ab1]{70}1=",
    r"[ab]{0,50}(?i:a_b|_1b)=[ab1]{2,20}",
    r"(?:a(?:b_?|_b{1,2})){2,3}=(?P<secret>\S{3,9})",
    r"\b[ab]{1,3}\d(?:_[ab]{1,9}){1,4}$",
    r"^ab(?i:_B|1)[^=]{1,9}=",
    assigned("ab_?1", "[ab1]{4,8}"),
)
BUILT = engines(
    [
        Detector(f"d{number}", "Issuer", "token", pattern, ("ab",), confidence, (), before, after, True)
        for number, pattern in enumerate(PATTERNS)
        for confidence, before, after in [("high", "", ""), ("low", "1", "b_")][number % 2 :][:1]
    ]
)


@pytest.mark.skipif("hyperscan" not in WHOLE, reason="hyperscan is not installed")
def test_the_catalogue_finds_the_same_with_either() -> None:
    found = 0
    for text in TEXTS:
        results = {name: engine.look(text, "lib/a.js") for name, engine in WHOLE.items()}
        assert results["hyperscan"] == results["everywhere"], text
        assert results["plain"] == results["everywhere"], text
        found += len(results["plain"].matches)
    assert found > len(EXAMPLES)


def test_many_secrets_in_one_text_are_found_alike() -> None:
    rng = random.Random(4)
    text = b"\n".join(rng.choices(TEXTS, k=min(2000, 20 * len(TEXTS))))
    results = [engine.look(text, "lib/a.js") for engine in WHOLE.values()]
    assert all(result == results[0] for result in results)
    assert results[0].matches


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.one_of(
            st.sampled_from(TEXTS).flatmap(
                lambda text: st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(
                    lambda cut: text[min(cut) : max(cut)]
                )
            ),
            st.sampled_from(TEXTS),
            st.sampled_from([b"\n", b" ", b'"', b"=", b"\0", b"\\n", b"%20", b"_", b"-----"]),
            st.binary(max_size=8),
        ),
        max_size=6,
    ).map(b"".join)
)
def test_the_catalogue_finds_the_same_in_any_text(text: bytes) -> None:
    results = [engine.look(text, "lib/a.js") for engine in WHOLE.values()]
    assert all(result == results[0] for result in results)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=60))
def test_patterns_of_every_build_are_found_alike(parts: list[str]) -> None:
    text = "".join(parts).encode()
    results = {name: engine.look(text, "a") for name, engine in BUILT.items()}
    for name, result in results.items():
        assert result == results["everywhere"], name


def test_patterns_of_every_build_match_something() -> None:
    rng = random.Random(7)
    texts = ["".join(rng.choices(PARTS, k=60)) for _ in range(400)]
    texts.append("ab" * 40 + "1=")
    texts.append("-----ABab----- b1b1b1b1 -----")
    unseen = [pattern for pattern in PATTERNS if not any(re.search(pattern, text, re.M) for text in texts)]
    assert unseen == []


@pytest.mark.parametrize(
    ("pattern", "expression"),
    [
        ("ab_[0-9]{4}", r"\x61\x62\x5f[\x30-\x39]{4}"),
        ("ab_[0-9]{4,90}", r"\x61\x62\x5f[\x30-\x39]{4}"),
        (
            "(?i:ab_)x{0,90}[0-9]{20,30}(?:y|$)",
            r"[\x41\x61][\x42\x62]\x5f[\x30-\x39\x78]{0,100}[\x30-\x39]{20}(?:\x79|(?:(?:\x0a|$)))",
        ),
        ("[0-9]{0,9}ab_c", r"\x61\x62\x5f\x63"),
        (r"abc\b[^\d]{2}", r"\x61\x62\x63[\x00-\x2f\x3a-\xff]{2}"),
        ("abc_[a-f]{500}", r"\x61\x62\x63\x5f[\x61-\x66]{64}"),
    ],
)
def test_what_is_searched_for_is_the_beginning_of_the_pattern(pattern: str, expression: str) -> None:
    assert read(pattern).expression == expression


@pytest.mark.parametrize(
    ("pattern", "literals", "low", "high"),
    [
        ("ab_[0-9]{4}", (b"ab_",), 0, 0),
        ("(?:AKIA|ASIA)[A-Z]{16}", (b"akia", b"asia"), 0, 0),
        ("[0-9]{8,10}:AA[a-z]{33}", (b":aa",), 8, 10),
        ("(?i:Token|Secret)[ ]{0,4}=", (b"secret", b"token"), 0, 0),
        ("x?ab_[0-9]", (b"ab_", b"xab_"), 0, 0),
        ("[0-9]{20}", (), 0, 0),
    ],
)
def test_literals_are_those_that_every_match_has(
    pattern: str, literals: tuple[bytes, ...], low: int, high: int
) -> None:
    assert read(pattern)[3:] == (literals, low, high)


@pytest.mark.parametrize("pattern", [r"(ab)\1", "(?P<x>ab)(?P=x)"])
def test_what_only_backtracking_can_do_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="Hyperscan"):
        read(pattern)
