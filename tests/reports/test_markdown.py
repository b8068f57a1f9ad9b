"""The comment under a pull request, read as GitHub reads it (its own parser, cmark-gfm)."""

import os
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from support.health import sample_report
from support.health_pages import spoilt_health
from support.hostile import HOSTILE, spoilt
from support.reports import many, report, sample

from npmguard.model import Change, Packed, PackedFile, Report
from npmguard.reports.markdown import render

OURS = {
    *("h2", "h3", "h4", "p", "strong", "code", "span", "ol", "ul", "li", "details", "summary"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
ADVISORY = re.compile(r"https://github\.com/advisories/GHSA(-[0-9a-z]{4}){3}")


def same(text: str, name: str) -> None:
    path = Path(__file__).parent / name
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(text)
    assert text == path.read_text()


class Read(HTMLParser):
    """What a page of HTML holds: tags, links, comments, and the text that a host would look through."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.comments: list[str] = []
        self.open: list[str] = []
        self.outside: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        self.comments.append(data.strip())

    def handle_data(self, data: str) -> None:
        if not {"code", "a", "span"} & {*self.open}:
            self.outside.append(data)


def read(text: str) -> Read:
    cmarkgfm = pytest.importorskip("cmarkgfm", reason="cmarkgfm is not installed")
    from_text = cmarkgfm.github_flavored_markdown_to_html(text, cmarkgfm.cmark.Options.CMARK_OPT_UNSAFE)
    return Read(from_text)


def test_the_sample() -> None:
    same(render(sample()), "sample.md")


def test_the_verdict_stands_first_then_what_to_do() -> None:
    text = render(sample())
    order = ["<!-- npmguard check -->", "Not safe as it is", "3 critical", "Do first", "The worst"]
    order += ["Not checked", "<details>"]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert places[0] == 0


def test_a_clean_report_is_short() -> None:
    project = sample().projects[2]
    assert len(render(report(project)).split("\n")) < 8
    assert "Nothing found" in render(report(project))


def test_what_is_missing_is_no_clean_bill() -> None:
    web = sample().projects[0]._replace(findings=())
    text = render(report(web))
    assert "⚠️ npmguard: Incomplete" in text
    assert "Nothing found" not in text


def test_ten_advisories_of_one_package_are_one_row() -> None:
    worst = render(sample()).split("### The worst")[1].split("###")[0]
    assert worst.count("| `lodash` 4.17.15 |") == 1
    assert "and 3 more" in worst


def test_it_reads_as_it_is_meant() -> None:
    page = read(render(sample()))
    assert {*page.tags} <= OURS | {"a"}
    assert page.open == []
    assert len(page.links) > 5
    assert all(map(ADVISORY.fullmatch, page.links))


def rich() -> Report:
    """The sample, with what `diff` and `prepublish` add."""
    web, *rest = sample().projects
    changes = (
        Change("a", "1.0.0", "2.0.0", "upgraded", True, True, ("network",), ("api.example.test",)),
        Change("b", None, "1.0.0", "added"),
    )
    packed = Packed("folder", (PackedFile("index.js", 10, 0o644), PackedFile("lib/a.js", 20, 0o644)))
    return sample()._replace(projects=(web._replace(changes=changes, packed=packed), *rest))


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_from_outside_acts(text: str) -> None:
    found = spoilt(rich(), text)
    web, *rest = found.projects
    packed = Packed("folder", (PackedFile(text, 10, 0o644), PackedFile(f"lib/{text}", 20, 0o644)))
    changes = tuple(
        c._replace(capabilities=(text,), hosts=(text,)) if c.before else c for c in web.changes or ()
    )
    found = found._replace(projects=(web._replace(packed=packed, changes=changes), *rest))
    comment = render(found)
    comment.encode()
    assert len(comment.encode()) < 65_536
    page = read(comment)
    assert {*page.tags} <= OURS, "a tag that is not ours"
    assert page.links == []
    assert {*page.comments} <= {"npmguard check", ""}
    assert page.open == []
    for said in page.outside:
        assert not re.search(r"@\w|#\d|GH-\d|\$|:[a-z0-9_+-]+:", said), "a host would act on it"


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_the_health_of_projects_acts(text: str) -> None:
    comment = render(spoilt_health(sample_report(3), text))
    assert len(comment.encode()) < 65_536
    page = read(comment)
    assert {*page.tags} <= OURS, "a tag that is not ours"
    assert page.links == []
    assert {*page.comments} <= {"npmguard health", ""}
    assert page.open == []
    for said in page.outside:
        assert not re.search(r"@\w|#\d|GH-\d|\$|:[a-z0-9_+-]+:", said), "a host would act on it"


def shape(page: Read) -> list[str]:
    return [tag for tag in page.tags if tag not in ("code", "span")]


def test_what_is_hostile_changes_nothing_of_the_form() -> None:
    plain = shape(read(render(spoilt(rich(), "word"))))
    for text in HOSTILE:
        if text.strip() and len(text) < 200:
            assert shape(read(render(spoilt(rich(), text)))) == plain, repr(text)


def lengths() -> Iterator[Report]:
    yield many(300)
    yield many(3000)
    project = many(300).projects[0]
    yield report(*(project._replace(path=f"apps/{number}") for number in range(400)))
    yield spoilt(many(3000), "@x" * 400)
    yield spoilt(sample(), "\U0001f600" * 500)
    gaps = sample().projects[0].incomplete * 500
    yield report(*(project._replace(incomplete=gaps) for _ in range(20)))
    changes = tuple(Change(f"package-{n}", "1.0.0", "2.0.0", "upgraded") for n in range(3000))
    files = tuple(PackedFile(f"lib/{n}/{'x' * 300}.js", 10, 0o644) for n in range(3000))
    yield report(project._replace(changes=changes, packed=Packed("folder", files)))


def test_it_is_never_longer_than_a_comment_may_be() -> None:
    for found in lengths():
        text = render(found)
        assert len(text.encode()) < 65_536
        assert text.split("\n")[0] == "<!-- npmguard check -->"
        assert text.count("<details>") == text.count("</details>")
        assert "No room was left for " in text


def test_what_had_no_room_is_counted() -> None:
    text = render(many(3000))
    *_, last = text.strip().split("\n")
    match = re.fullmatch(r"No room was left for ([\d,]+) findings.*: `--format html` shows all\.", last)
    assert match is not None
    listed = len(re.findall(r"\(`[a-z-]+`\)$", text, re.MULTILINE))  # each ends with its rule
    assert listed > 100
    assert int(match[1].replace(",", "")) == sum(many(3000).counts.values()) - listed


def test_an_address_that_is_no_advisory_is_not_linked() -> None:
    web = sample().projects[0]
    for url in (
        "https://github.com/someone/something/issues/1",
        "https://evil.example.test/GHSA-c2m4-w5hm-vqjw",
        "https://github.com/advisories/GHSA-c2m4-w5hm-vqjw)![x](https://evil.example.test",
        "javascript:alert(1)",
    ):
        findings = tuple(f._replace(url=url) for f in web.findings)
        assert "](" not in render(report(web._replace(findings=findings)))


def test_the_same_report_gives_the_same_bytes() -> None:
    assert render(sample()) == render(sample())
    later = sample()._replace(started_at="2027-01-01T00:00:00Z", duration_ms=1)
    assert render(later) == render(sample())
