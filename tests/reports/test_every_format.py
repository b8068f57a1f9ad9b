"""What holds of every format: the same bytes each time, and hostile texts that stay texts."""

import re
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


@pytest.mark.parametrize("name", FORMATS)
def test_no_line_of_it_is_a_command_to_a_log(name: str) -> None:
    """What GitHub Actions, Azure Pipelines and the like obey when a step prints it."""
    ours = re.compile(r"::(error|warning|notice) (file=[^,]+,line=\d+,)?title=npmguard[^:]*::")
    for text in HOSTILE:
        for line in rendered(spoilt(sample(), text), name).split("\n"):
            assert not line.lstrip().startswith("::") or (name == "github" and ours.match(line)), line
            assert not re.search(r"##[A-Za-z]*\[", line), line
