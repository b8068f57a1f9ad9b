"""What a policy's lists make of a package's licence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npmguard.licence_terms import Terms, UnknownLicence, Verdict, _listed, expression, term

CLASSPATH = "GPL-2.0-only WITH Classpath-exception-2.0"


def test_the_list_is_at_hand() -> None:
    assert _listed()["mit"] == "MIT"


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("MIT", "MIT"),
        ("apache-2.0", "Apache-2.0"),
        ("GPL-2.0", "GPL-2.0"),
        ("gpl-2.0+", "GPL-2.0+"),
        ("GPL-*", "GPL-*"),
        ("unlicensed", "UNLICENSED"),
        ("LicenseRef-corp", "LicenseRef-corp"),
        ("gpl-2.0-only with classpath-exception-2.0", CLASSPATH),
    ],
)
def test_an_entry_is_spelt_as_the_list_has_it(text: str, entry: str) -> None:
    assert term(text) == entry


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("MTI", "'MTI' is no licence of the SPDX list; did you mean MIT?"),
        ("zzzzzzzz", "'zzzzzzzz' is no licence of the SPDX list"),
        ("", "'' is no licence of the SPDX list"),
        ("MIT OR ISC", "'MIT OR ISC' is more than one licence: name each for itself"),
        ("(MIT)", "'(MIT)' is more than one licence: name each for itself"),
        ("GLP-*", "'GLP-*' stands for no licence of the SPDX list"),
        ("MIT WITH ISC", "'MIT WITH ISC' is no licence of the SPDX list"),
    ],
)
def test_what_is_no_licence_is_refused(text: str, reason: str) -> None:
    with pytest.raises(UnknownLicence) as caught:
        term(text)
    assert str(caught.value).startswith(reason)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("mit", "MIT"),
        ("(MIT or apache-2.0)", "(MIT OR Apache-2.0)"),
        ("Apache 2.0", "Apache-2.0"),
        ("Apache License, Version 2.0", "Apache-2.0"),
        ("The MIT License", "MIT"),
        ("(MIT License)", "MIT"),
        ("MIT/X11", "MIT"),
        ("unlicensed", "UNLICENSED"),
        ("BSD", None),
        ("GPL", None),
        ("SEE LICENSE IN LICENSE.md", None),
        ("MIT OR", None),
        ("Public Domain", None),
        ("", None),
        ("(" * 1000, None),
        ("\ud800", None),
    ],
)
def test_what_a_package_says(text: str, found: str | None) -> None:
    assert expression(text) == found


F, U, R = Verdict.FINE, Verdict.UNKNOWN, Verdict.REFUSED


@pytest.mark.parametrize(
    ("allow", "deny", "licence", "verdict"),
    [
        # an allow list
        ("MIT", "", "MIT", F),
        ("MIT", "", "ISC", R),
        ("MIT", "", "MIT OR ISC", F),
        ("MIT", "", "MIT AND ISC", R),
        ("MIT ISC", "", "MIT AND ISC", F),
        ("MIT", "", "ISC OR (MIT AND Zlib)", R),
        ("MIT Zlib", "", "ISC OR (MIT AND Zlib)", F),
        # AND binds first
        ("MIT", "", "MIT OR ISC AND Zlib", F),
        ("MIT", "", "ISC AND Zlib OR MIT", F),
        ("ISC", "", "MIT AND ISC OR ISC AND Zlib", R),
        ("MIT", "", "((MIT))", F),
        ("BSD-*", "", "BSD-3-Clause", F),
        ("bsd-*", "", "BSD-3-Clause", F),
        # a deny list
        ("", "GPL-*", "MIT", F),
        ("", "GPL-*", "GPL-3.0-or-later", R),
        ("", "GPL-*", "LGPL-3.0-only", F),
        ("", "GPL-*", "MIT OR GPL-3.0-only", F),
        ("", "GPL-*", "MIT AND GPL-3.0-only", R),
        ("MIT GPL-3.0-only", "GPL-*", "GPL-3.0-only", R),
        # exceptions
        ("", "GPL-2.0-only", CLASSPATH, R),
        (CLASSPATH, "GPL-2.0-only", CLASSPATH, F),
        (CLASSPATH, "GPL-*", "GPL-2.0-with-classpath-exception", F),
        (CLASSPATH, "", "GPL-2.0-only", R),
        ("GPL-2.0-only", "", CLASSPATH, F),
        ("GPL-2.0-only", CLASSPATH, CLASSPATH, R),
        # deprecated identifiers, and later versions
        ("GPL-2.0-only", "", "GPL-2.0", F),
        ("GPL-2.0-only", "", "GPL-2.0+", F),
        ("GPL-2.0-only", "", "GPL-2.0-or-later", F),
        ("GPL-2.0-or-later", "", "GPL-2.0-only", R),
        ("GPL-2.0", "", "GPL-2.0-or-later", F),
        ("", "GPL-2.0", "GPL-2.0-or-later", R),
        ("", "GPL-2.0", "GPL-2.0-only", R),
        ("", "GPL-2.0", "GPL-3.0-only", F),
        ("", "GPL-2.0-only", "GPL-2.0-or-later", F),
        ("", "GPL-2.0+", "GPL-2.0-or-later", R),
        ("Apache-2.0", "", "Apache-2.0+", F),
        ("", "Apache-2.0", "Apache-2.0+", R),
        # words of no list
        ("MIT", "", "UNLICENSED", R),
        ("", "GPL-*", "UNLICENSED", R),
        ("UNLICENSED", "", "UNLICENSED", F),
        ("MIT", "", "LicenseRef-corp", U),
        ("", "GPL-*", "LicenseRef-corp", U),
        ("LicenseRef-corp", "", "LicenseRef-corp", F),
        ("LicenseRef-*", "", "LicenseRef-corp", F),
        ("", "LicenseRef-corp", "LicenseRef-corp", R),
        ("MIT", "", "MIT OR LicenseRef-corp", F),
        ("MIT", "", "MIT AND LicenseRef-corp", U),
        ("MIT", "", "ISC AND LicenseRef-corp", R),
        ("MIT", "", "ISC OR LicenseRef-corp", U),
    ],
)
def test_the_verdict(allow: str, deny: str, licence: str, verdict: Verdict) -> None:
    # an exception is the one entry with spaces in it
    lists = [[CLASSPATH] if text == CLASSPATH else text.split() for text in (allow, deny)]
    assert Terms(*lists).of(licence) is verdict


TREES = st.recursive(
    st.sampled_from(["MIT", "ISC", "Zlib"]),
    lambda below: st.tuples(st.sampled_from(["AND", "OR"]), below, below),
    max_leaves=8,
)


@given(TREES, st.sets(st.sampled_from(["MIT", "ISC", "Zlib"]), min_size=1))
def test_an_expression_is_worth_what_its_parts_are(tree: object, allowed: set[str]) -> None:
    def text(tree: object) -> str:
        return f"({text(tree[1])} {tree[0]} {text(tree[2])})" if isinstance(tree, tuple) else str(tree)

    def fine(tree: object) -> bool:
        if not isinstance(tree, tuple):
            return tree in allowed
        parts = [fine(tree[1]), fine(tree[2])]
        return all(parts) if tree[0] == "AND" else any(parts)

    assert (Terms(sorted(allowed), []).of(text(tree)) is Verdict.FINE) is fine(tree)
