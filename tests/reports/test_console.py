"""The terminal report. After a wanted change: UPDATE_SNAPSHOTS=1 pytest tests/reports, and read the diff."""

import os
import re
from pathlib import Path

import pytest
from support.reports import many, report

from npmguard import audit
from npmguard.model import Report
from npmguard.reports.console import render
from npmguard.settings import Options

TOP = Path(__file__).parents[2]
SHOP = Options(
    offline=True,
    registry="https://npm.example.test/",  # named, so that the report does not depend on the machine's own
    advisories=("fixtures/advisories/osv.json",),
)


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Report:
    """The shop of the README, with what is known without asking anybody."""
    monkeypatch.chdir(TOP)
    return audit.check(["fixtures/shop"], SHOP)


def same(text: str, name: str) -> None:
    path = Path(__file__).parent / name
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(text)
    assert text == path.read_text()


def test_the_shop(shop: Report) -> None:
    same(render(shop), "shop.txt")


def test_the_shop_in_full(shop: Report) -> None:
    same(render(shop, verbose=True), "shop-verbose.txt")


@pytest.mark.parametrize("verbose", [False, True])
@pytest.mark.parametrize("width", [60, 80, 120])
def test_lines_fit_the_width(shop: Report, width: int, verbose: bool) -> None:
    for line in render(shop, width=width, verbose=verbose).split("\n"):
        # a word that is wider than the line, such as an integrity, is folded too
        assert len(line) <= width


def test_colour_only_repeats_what_the_words_say(shop: Report) -> None:
    coloured = render(shop, color=True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render(shop)


def test_what_to_do_first_stands_first(shop: Report) -> None:
    text = render(shop)
    assert text.index("Do first") < text.index("Found") < text.index("Not checked") < text.index("Asked")
    first = text[text.index("  1. ") :].split("\n")[0]
    assert "critical" in first


def test_ten_advisories_of_one_package_are_one_block(shop: Report) -> None:
    assert len(re.findall(r"^\w+ +axios 0\.21\.1", render(shop), re.MULTILINE)) == 1


def test_quiet_leaves_out_who_was_asked(shop: Report) -> None:
    text = render(shop, quiet=True)
    assert "Asked" not in text
    assert "Not checked" in text
    assert "Found" in text


def test_a_long_page_says_at_its_end_where_to_start() -> None:
    long, short = render(many(300)), render(many(3))
    first = long.split("Do first\n  1. ")[1].split("  ")[0]
    assert long.endswith(f"\nStart with: {first}\n")
    assert "Start with" not in short


@pytest.mark.parametrize("width", [60, 80, 120])
def test_every_line_of_a_fold_takes_the_width_that_it_has(width: int) -> None:
    project = many(1).projects[0]
    finding = project.findings[0]._replace(title="four " * 90)
    page = render(report(project._replace(findings=(finding,))), width=width, verbose=True)
    folded = [line for line in page.split("\n") if line.endswith("four")]
    assert len(folded) > 2
    assert all(len(line) > width - len(" four") for line in folded[:-1])


def test_no_line_becomes_a_command_by_being_folded() -> None:
    """GitHub Actions obeys a line that begins with two colons, wherever the words came from."""
    spoilt = [
        f._replace(title=f"{'a' * n} ::error::pwned", detail=f"{'b' * n} ::debug::pwned")
        for n, f in enumerate(many(80).projects[0].findings)
    ]
    project = many(1).projects[0]._replace(findings=tuple(spoilt))
    for width in (40, 80):
        page = render(report(project), width=width, verbose=True)
        assert "pwned" in page
        assert not re.search(r"^\s*::", page, re.MULTILINE)
