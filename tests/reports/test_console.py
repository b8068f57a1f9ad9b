"""The terminal report. After a wanted change: UPDATE_SNAPSHOTS=1 pytest tests/reports, and read the diff."""

import os
import re
from pathlib import Path

import pytest

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
