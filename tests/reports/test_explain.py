"""The rules' own pages at a terminal."""

import pytest

from npmguard.reports.explain import page, table
from npmguard.rules import load


@pytest.mark.parametrize("width", [60, 80, 120])
def test_pages_fit_the_width_and_keep_every_word(width: int) -> None:
    for rule in load():
        found = page(rule, "console", width)
        for line in found.split("\n"):
            assert len(line) <= width or " " not in line.strip()
        head = f"{rule.id} ({rule.group}, {rule.severity.word} by default)"
        assert "".join(found.split()) == "".join(f"{head}{rule.page}".split())
    assert max(map(len, table(load(), "console", width).split("\n"))) <= width


def test_a_paragraph_is_folded_and_an_example_is_not() -> None:
    (rule,) = load(["lockfile-drift"])
    found = page(rule, "console", 80)
    assert "\nlockfile says. Low: the lockfile is merely stale, and still installs.\n" in found
    assert '    package.json:       "once": "^1.4.0"\n    package-lock.json:  "node_modules/once"' in found


def test_what_is_counted_stays_a_list() -> None:
    (rule,) = load(["leaked-secret"])
    found = page(rule, "console", 80)
    for number in (1, 2, 3):
        assert f"\n    {number}. " in found
