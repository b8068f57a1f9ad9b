"""What holds of every format: the same bytes each time, and hostile texts that stay texts."""

from importlib import import_module

import pytest
from support.hostile import HOSTILE, spoilt
from support.reports import many, report, sample

from npmguard.model import Report
from npmguard.reports import FORMATS
from npmguard.text import plain


def rendered(found: Report, name: str) -> str:
    text: str = import_module(f"npmguard.reports.{name.replace('-', '_')}").render(found)
    return text


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_report_gives_the_same_bytes(name: str) -> None:
    assert rendered(sample(), name) == rendered(sample(), name)
    assert rendered(many(50), name) == rendered(many(50), name)


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_on_nothing_is_whole(name: str) -> None:
    assert rendered(report(), name).endswith("\n")


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_in_it_acts_on_a_terminal_or_hides(name: str) -> None:
    for text in HOSTILE:
        found = rendered(spoilt(sample(), text), name)
        found.encode()  # no lone surrogate
        for line in found.replace("\r\n", "\n").split("\n"):
            assert plain(line) == line
