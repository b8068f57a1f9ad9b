"""The page, as its text stands. What a browser makes of it is in test_html_in_a_browser.py."""

import os
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from support.hostile import HOSTILE, spoilt
from support.pages import contrast, read
from support.reports import many, report, sample

from npmguard.model import Advice, Change, Inspected, Packed, PackedFile, Report
from npmguard.reports import page
from npmguard.reports.html import render


def same(text: str, name: str) -> None:
    path = Path(__file__).parent / name
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(text)
    assert text == path.read_text()


def rich() -> Report:
    """The sample, with what the other commands add."""
    web, api, bare = sample().projects
    changes = (
        Change("a", "1.0.0", "2.0.0", "upgraded", True, True, ("network",), ("api.example.test",)),
        Change("b", None, "1.0.0", "added"),
    )
    packed = Packed("folder", (PackedFile("index.js", 10, 0o644), PackedFile("lib/a.js", 20_000, 0o644)))
    web = web._replace(changes=changes, packed=packed, capabilities={"a@1.0.0": ("network",), "b@1.0.0": ()})
    facts = Inspected(
        "demo@1", "demo", version="1.0.0", licence="MIT", advice=Advice("look-first", "is young")
    )
    return sample()._replace(projects=(web, api._replace(inspected=facts), bare))


def body(text: str) -> str:
    """The page without what changes with every release: style, script, their hashes, the version."""
    text = re.sub(r"(?s)(<style>|<script>).*?(</style>|</script>)", r"\1\2", text)
    text = re.sub(r"sha256-[\w+/=]+", "sha256-", text)
    return re.sub(r"npmguard \d[\w.]*", "npmguard 0", text)


def test_the_sample() -> None:
    same(body(render(sample())), "sample.html")


@pytest.mark.parametrize(
    "found", [sample(), rich(), report(), many(50)], ids=["sample", "rich", "none", "many"]
)
def test_it_is_well_formed(found: Report) -> None:
    read(render(found))


def test_everything_is_told() -> None:
    words = read(render(rich())).words
    for project in sample().projects:
        for finding in project.findings:
            for said in (finding.detail, finding.fingerprint, finding.rule, *finding.ids):
                assert said in words
        for gap in project.incomplete:
            assert gap.reason in words
        for source in project.sources:
            assert source in words
    assert "only used by the build, until 2026-12-31" in words
    assert "and 15 more" in words
    assert "new install script; gains network" in " ".join(words.split())
    assert "lib/a.js" in words
    assert "is young" in words


def test_the_verdict_stands_first_then_what_to_do() -> None:
    text = body(render(sample()))
    order = ["<h1>", "What to do first", "What was found", "Hidden", "Not checked", "Projects"]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert text.index("npm uninstall crossenv") < text.index("What was found")


def test_ten_advisories_of_one_package_are_one_row() -> None:
    assert len(re.findall(r'<tr data-package="lodash"', render(sample()))) == 1


def test_a_clean_report_has_no_table() -> None:
    text = body(render(report(sample().projects[2])))
    assert "<h1>" in text
    assert "Nothing found" in text
    assert "<table" not in text


def test_what_is_missing_is_no_clean_bill() -> None:
    text = body(render(report(sample().projects[0]._replace(findings=()))))
    assert "Incomplete" in text
    assert "Nothing was found in what could be checked." in text
    assert "Nothing found" not in text


def test_nothing_is_allowed_but_its_own_script_and_style() -> None:
    text = render(sample())
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policy[1].split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    for tag, rule in (("style", "style-src"), ("script", "script-src")):
        (content,) = re.findall(rf"(?s)<{tag}>(.*?)</{tag}>", text)
        assert rules[rule] == f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"
    assert {*rules} == {"default-src", "script-src", "style-src", "img-src", "base-uri", "form-action"}
    # nothing may be asked of anybody before the policy is read
    assert text.index("Content-Security-Policy") < text.index("<link")


def test_it_asks_nobody_for_anything() -> None:
    text = render(sample())
    places = [link for link in read(text).links if not link.startswith("#")]
    assert [link for link in places if not link.startswith("https://github.com/advisories/")] == [page._ICON]
    assert "url(" not in page.asset("html.css")
    assert "@import" not in page.asset("html.css")
    for way in ("fetch", "XMLHttpRequest", "innerHTML", "eval", "import", "http:", "https:", "Storage"):
        assert way not in page.asset("html.js")


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_from_outside_acts(text: str) -> None:
    found = render(spoilt(rich(), text))
    found.encode()
    mine = read(found)
    assert {*mine.tags} <= {*read(render(rich())).tags, "a"}
    assert mine.tags.count("script") == mine.tags.count("style") == 1
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", found)
    for link in mine.links:
        assert link.startswith(("#", "https://", page._ICON))


def test_a_hostile_text_changes_nothing_of_the_form() -> None:
    plain = read(render(spoilt(rich(), "word"))).tags
    for text in HOSTILE:
        if text.strip():
            assert read(render(spoilt(rich(), text))).tags == plain, repr(text)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "https://user:password@evil.example.test/",
        "https://github.com\\@evil.example.test/",
        "https://p\u0430ypal.example.test/",
        "//evil.example.test/",
        "https://",
        "https://a.example.test/\nb",
        " https://a.example.test/",
    ],
)
def test_an_address_that_could_lead_elsewhere_than_it_says_is_no_link(url: str) -> None:
    assert "<a" not in page.link(url)


def test_a_link_says_where_it_leads() -> None:
    link = page.link("https://a.example.test/b?c=d&e=f")
    assert link.startswith('<a href="https://a.example.test/b?c=d&amp;e=f" rel="noopener noreferrer">')
    assert link.endswith(">https://a.example.test/b?c=d&amp;e=f</a>")


def test_the_same_report_gives_the_same_bytes() -> None:
    assert render(sample()) == render(sample())


def test_one_fingerprint_names_one_place() -> None:
    web = sample().projects[0]
    twice = report(web, web._replace(path="apps/copy"))
    read(render(twice))


# -- colours


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_text_is_legible(scheme: int) -> None:
    """WCAG AA: 4.5 to 1 for text."""
    found = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", page.asset("html.css"))
    colors = {name: pair[scheme] for name, *pair in found}
    pairs = [(fore, back) for fore in ("ink", "soft", "link") for back in ("page", "paper", "code")]
    words = ("critical", "high", "moderate", "low", "info", "good")
    pairs += [(word, back) for word in words for back in (f"{word}-back", "paper")]
    for fore, back in pairs:
        assert contrast(colors[fore], colors[back]) >= 4.5, f"{fore} on {back}"
