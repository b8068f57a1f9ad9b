"""Patterns of npm's: what they fit, and that none takes long."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npmguard.errors import InputError
from npmguard.packing.braces import TooMany, expand
from npmguard.packing.ignores import Places, Rules, Text, parts
from npmguard.packing.patterns import BadPattern, fold, lower, part


def fits(pattern: str, name: str, blind: bool = True) -> bool:
    one = part(pattern, blind)
    return one.fits(fold(name), lower(name)) if blind else one.fits(name, name)


@pytest.mark.parametrize(
    ("pattern", "those"),
    [
        ("a{b,c}d", ["abd", "acd"]),
        ("{a,b}{1..3}", ["a1", "a2", "a3", "b1", "b2", "b3"]),
        ("{01..3}", ["01", "02", "03"]),
        ("{3..-1..2}", ["3", "1", "-1"]),
        ("{a..e..2}", ["a", "c", "e"]),
        ("a{b,{c,d}e}", ["ab", "ace", "ade"]),
        ("{a}", ["{a}"]),
        ("a{b", ["a{b"]),
        ("{a},b}", ["a}", "b"]),
        ("{},a}b", ["{},a}b"]),
        ("${a,b}c", ["${a,b}c"]),
        ("\\{a,b}{c,d}", ["{a,b}c", "{a,b}d"]),
        ("{a,}", ["a"]),
        ("x{a,}", ["xa", "x"]),
        ("x{{a,b}}y", ["x{a}y", "x{b}y"]),
    ],
)
def test_braces(pattern: str, those: list[str]) -> None:
    assert expand(pattern) == those


@pytest.mark.parametrize(
    "pattern", ["{1..20000}", "{a,b}" * 40, "{a," * 200 + "b" + "}" * 200, "{a,b}" + "c" * 5000]
)
def test_braces_without_end(pattern: str) -> None:
    with pytest.raises(TooMany):
        expand(pattern)


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("*", ["a", ".a"], [""]),
        ("*.js", ["a.js", ".js", "A.JS"], ["a.jsx", ""]),
        ("*\\.js", ["a\\.js"], ["a.js"]),  # a short cut of minimatch's takes the backslash for itself
        ("a*\\.js", ["a.js", "ab.js"], ["a.jsx"]),
        ("??", ["ab", ".a"], ["a", "abc"]),
        ("?é", ["aÉ"], ["é"]),
        ("??.x", ["ab.x"], ["😀b.x"]),  # the emoji counts for two
        ("*.*", ["a.b", ".a"], ["a"]),
        (".*", [".a"], ["a", "a."]),
        ("a*b*c", ["abc", "aXbYc", "abcbc"], ["ab", "abcd"]),
        ("[a-c]x", ["bx", "BX"], ["dx"]),
        ("[!a-c]x", ["dx"], ["ax"]),
        ("[]a]", ["]", "a"], ["b"]),
        ("[a", ["[a"], ["a"]),
        ("[z-a]b", [], ["zb", "b"]),
        ("[[:digit:]]x", ["1x"], ["ax"]),
        ("[\\^ab]", ["c", "^"], ["a"]),
        ("straße", ["STRAßE"], ["strasse"]),
        ("+(a|b)", ["a", "abba"], ["", "c"]),
        ("!(a|b).js", ["c.js", ".js", "ab.js"], ["a.js", "B.js"]),
        ("@(a|*(b))c", ["ac", "c", "bbc"], ["abc"]),
        ("?(a)b", ["ab", "b"], ["aab"]),
        ("!(a)!(b)", ["ab", "x", "b"], []),
        ("!(!(a))", ["a"], ["b"]),
        ("+(a", ["+(a"], ["a"]),
        ("@()", ["@()"], [""]),
    ],
)
def test_parts(pattern: str, yes: list[str], no: list[str]) -> None:
    assert [name for name in yes if not fits(pattern, name)] == []
    assert [name for name in no if fits(pattern, name)] == []


def test_globs_of_files_know_case() -> None:
    assert fits("*.JS", "a.JS", blind=False)
    assert not fits("*.JS", "a.js", blind=False)
    assert not fits("A", "a", blind=False)
    assert not fits("+(A)", "a", blind=False)


def test_where_npm_stops() -> None:
    with pytest.raises(BadPattern):
        part("[[:alpha:]],x")
    assert fits("[[:alpha:]]\\,x", "a,x")


@pytest.mark.parametrize(
    "pattern",
    [
        "*a" * 60 + "*b",
        "?*" * 60 + "b",
        "[ab]*" * 60 + "c",
        "*(a)" * 20 + "b",
        "+(a|aa)" * 12 + "b",
        "*(*(*(a)))b",
        "+(+(a*)*)b",
        "!(*a*a*a*b)*c",
        "!(a*)!(b*)c" * 3,
        "@(a*|*a|a*a)" * 10 + "b",
    ],
)
def test_no_pattern_takes_long(pattern: str) -> None:
    start = time.process_time()
    with suppress(TooMany):
        assert not fits(pattern, "a" * 250 + "x")
    assert time.process_time() - start < 1


def test_extended_globs_without_end_are_refused() -> None:
    for pattern in ("!(a)" * 30, "*(" * 80 + "a" + ")" * 80, "+(a)" * 3000):
        with pytest.raises(TooMany):
            part(pattern)


@given(st.text("ab*?[]()|!+@{},\\.-^é", max_size=14), st.text("ab()[]{}!.é", max_size=6))
def test_every_pattern_says_yes_or_no(pattern: str, name: str) -> None:
    with suppress(BadPattern, TooMany):
        for choice in expand(pattern):
            assert fits(choice, name) in (True, False)


@given(st.text("ab.é_-", min_size=1, max_size=9))
def test_a_plain_text_fits_itself_alone(text: str) -> None:
    assert fits(text, text)
    assert fits(text, text.upper())
    assert not fits(text, text + "x")


def test_parts_between_slashes() -> None:
    assert parts("/a//b/../c/") == ["", "a", "c", ""]
    assert parts("**/**/a") == ["**", "a"]
    assert parts("a/..") == [""]


def verdicts(text: str, *names: str) -> list[bool]:
    """Does each of the paths stay in, where all folders are looked into that may be?"""
    places = Places()
    rules, below = Rules((Text(text),)), Rules(())
    found = []
    for path in names:
        *folders, name = path.split("/")
        place, inside = places.top(rules), True
        for folder in folders:
            inside = inside and place.verdict(folder).folder
            place = place.below(folder, below)
        found.append(inside and place.verdict(name).file)
    return found


@pytest.mark.parametrize(
    ("text", "out", "stays"),
    [
        ("foo", "foo a/foo foo/a", "food"),
        ("/foo", "foo foo/a", "a/foo"),
        ("foo/", "foo/a b/foo/a", "foo"),
        ("a/b", "a/b", "x/a/b"),
        ("a/**/b", "a/b a/x/b a/x/y/b", "a/x/c"),
        ("**/a/b", "a/b x/a/b", "a/c"),
        ("a/**", "a/b a/b/c", "b/a"),
        ("*\n!*.js", "a.ts", "a.js"),
        ("*\n!/lib/**", "a lib2/b", "lib/b lib/c/d"),
        ("*\n!lib/a.js", "lib/b.js", "lib/a.js"),
        ("a\n!!b", "a b", "c"),
        ("# a\n \n", "", "a # x"),
        ("a/**/b/**/c/**/d", "a/b/c/d a/x/b/x/c/x/d", "a/b/d a/c/b/d"),
        # minimatch finds no room for the first section: it reckons with the wrong one
        ("**/a/b/c/**/d/**", "x/y/z/a/b/c/d/e/f/g", "a/b/c/d/e"),
    ],
)
def test_rules(text: str, out: str, stays: str) -> None:
    assert not any(verdicts(text, *out.split()))
    assert all(verdicts(text, *stays.split()))


def test_an_error_names_file_and_line() -> None:
    with pytest.raises(InputError, match=r"^x/\.npmignore:3: .*stands for more than 10,000"):
        Rules((Text("a\r\n\n{1..99999}", "x/.npmignore"),))


def test_very_many_rules_and_names_are_quick() -> None:
    rules = Rules((Text("\n".join(f"name{n}\nfolder/x{n}.js\n*.end{n}" for n in range(5000))),))
    place = Places().top(rules)
    start = time.process_time()
    for n in range(5000):
        assert place.verdict(f"other{n}").file
    assert time.process_time() - start < 4
