"""What the terminal, Markdown and JSON tell of health: reviewed by eye, and safe whatever is in it."""

from __future__ import annotations

import json

import pytest
from support.health import NOW, sample_health, sample_report, sample_trend
from support.health_pages import spoilt_health
from support.hostile import HOSTILE
from support.snapshots import same

from npmguard.model import Report
from npmguard.reports import console, healthy, markdown
from npmguard.reports import json as json_format
from npmguard.text import plain


def test_the_terminal() -> None:
    same(console.render(sample_report(), width=100), "health.txt")


def test_markdown() -> None:
    same(markdown.render(sample_report()), "health.md")


def alone() -> Report:
    found = sample_report()
    return found._replace(projects=found.projects[:1])


def test_json_has_all_of_it() -> None:
    project = json.loads(json_format.render(alone()))["projects"][0]
    health, trend = project["health"], project["trend"]
    assert health["score"] == 100 - sum(part["lost"] for part in health["parts"])
    assert health["libyears"] == round(sum(lag["libyears"] for lag in health["lags"]), 2)
    assert health["parts"][6]["known"] is False
    assert health["advisories"][0]["severity"] == "critical"
    assert health["advisories"][0]["disclosed"].endswith("Z")
    assert set(health["counts"]) >= {"direct", "transitive", "depth", "duplicates", "deprecated"}
    assert trend["against"] == "2025-12-26T03:04:05Z"
    assert [len(trend[key]) for key in ("new", "mended", "open", "snapshots")] == [2, 2, 5, 12]
    assert trend["snapshots"][-1]["score"] == health["score"]


def test_a_history_that_could_not_be_read_is_null() -> None:
    broken = alone().projects[0]._replace(trend=None)
    project = json.loads(json_format.render(alone()._replace(projects=(broken,))))["projects"][0]
    assert project["trend"] is None
    assert project["health"]["score"] == 56


@pytest.mark.parametrize("name", ["console", "markdown", "json"])
def test_nothing_from_outside_acts(name: str) -> None:
    render = {"console": console.render, "markdown": markdown.render, "json": json_format.render}[name]
    for text in HOSTILE:
        found = render(spoilt_health(sample_report(3), text))
        found.encode()
        for line in found.split("\n"):
            assert plain(line) == line


def test_the_last_project_is_not_the_only_one() -> None:
    text = console.render(sample_report(), width=100)
    assert text.startswith("Projects\n")
    assert text.index("apps/web") < text.index("apps/api")


# -- words


def test_sparklines() -> None:
    assert healthy.sparkline([]) == ""
    assert healthy.sparkline([None]) == ""
    assert healthy.sparkline([5]) == "▄"
    assert healthy.sparkline([0, None, 7]) == "▁ █"
    assert healthy.sparkline(range(100)) == healthy.sparkline(range(76, 100))
    assert healthy.sparkline([0, 50, 100]) == "▁▄█"


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (-5, "0 hours"),
        (0.05, "1 hour"),
        (0.99, "23 hours"),
        (1, "1 day"),
        (91, "91 days"),
        (92, "3 months"),
        (1095, "35 months"),
        (1096, "3 years"),
        (1e9, "2,737,850 years"),
    ],
)
def test_spans(days: float, words: str) -> None:
    assert healthy.span(days * 86_400) == words


def test_how_old_a_hole_is() -> None:
    hole = sample_health().holes[0]
    assert healthy.ages(hole, NOW) == "known for 3 years, its fix 1.2.6 out for 3 years"
    assert healthy.ages(hole._replace(disclosed=None, mended=None, fix=None), NOW) == "no fix"
    assert healthy.ages(hole._replace(disclosed=None, mended=None), NOW) == ""


def test_how_far_behind() -> None:
    lag = sample_health().lags[0]
    assert healthy.behind(lag) == "7.91 years, 3 majors"
    assert healthy.behind(lag._replace(libyears=None, majors=0, minors=1)) == "1 minor"
    assert healthy.behind(lag._replace(majors=0, minors=0, patches=2)) == "7.91 years, 2 patches"
    assert healthy.behind(lag._replace(libyears=None, majors=0, minors=0, patches=0)) == ""


def test_the_standing() -> None:
    assert (
        healthy.standing(sample_trend(12))
        == "5 open, the oldest for 77 days; 23 days to mend one, on average"
    )
    assert healthy.standing(sample_trend(12)._replace(open=(), seconds_to_mend=None)) == "0 open"


def test_licences_beyond_a_few_are_others() -> None:
    assert healthy.spread([("MIT", 5), ("", 2), ("ISC", 1), ("X", 1)], 2) == [
        ("MIT", 5),
        ("not known", 2),
        ("others", 2),
    ]
