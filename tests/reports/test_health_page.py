"""The page of `npmguard health`, as its text stands."""

import re
from base64 import b64encode
from hashlib import sha256
from time import process_time
from typing import Any

import pytest
from support import reports
from support.health import sample_health, sample_report, sample_trend
from support.health_pages import large, one, spoilt_health
from support.hostile import HOSTILE
from support.pages import contrast, luminance, read

from npmguard.model import Counts, Report, Severity
from npmguard.reports import health_map, page
from npmguard.reports.html import render

ODD: tuple[Any, ...] = (float("nan"), float("inf"), float("-inf"), -1e300, 1e300, -1, 10**400, -(10**400))


def words(found: Report) -> str:
    return " ".join(read(render(found)).words.split())


@pytest.mark.parametrize(
    "found",
    [one(1), one(4), one(60), sample_report(), large(3)],
    ids=["first", "4", "60", "several", "small"],
)
def test_it_is_well_formed(found: Report) -> None:
    read(render(found))


def test_the_verdict_says_which_way_it_goes() -> None:
    assert "Better: health 56 of 100" in words(one())
    assert "Health 56 of 100 The first run" in words(one(1))
    trend = sample_trend(2)
    before = trend.snapshots[0]
    for score, said in ((80, "Worse: health 56 of 100 Down 24 since 2025-12-26."), (56, "As on 2025-12-26.")):
        kept = before._replace(health=before.health._replace(score=score))
        web = one().projects[0]._replace(trend=trend._replace(snapshots=(kept, trend.snapshots[1])))
        assert said in words(reports.report(web)._replace(command="health"))
    assert "3 projects: 1 better, none worse" in words(sample_report())


def test_the_parts_add_up() -> None:
    text = render(one())
    assert "100 − 44 = 56" in text
    widths = re.findall(r'<svg x="[\d.]+%" width="([\d.]+)%" height="100%"><rect', text)
    assert sum(map(float, widths)) == pytest.approx(100)


def test_all_of_it_is_told() -> None:
    found = words(one())
    web = one().projects[0]
    health = sample_health()
    assert web.trend is not None
    told = [issue.title for issues in web.trend[2:5] for issue in issues]
    told += [*web.trend.regressions, *(part.words for part in health.parts)]
    told += [word for hole in health.holes for word in (hole.title, hole.id, hole.fix or "no release")]
    told += [f"{lag.package} " for lag in health.lags] + [lag.latest for lag in health.lags]
    told += [*health.licences, "2 new", "2 mended", "3 still open", "for 77 days", "after 42 days"]
    told += ["took 23 days on average", "disclosed", "3 years ago", "12 runs as a table"]
    for said in told:
        assert said in found, said


def test_an_incomplete_answer_never_reads_as_a_clean_one() -> None:
    assert '<header class="bad">' in render(one())
    text = render(one()._replace(exit_code=3))
    assert '<header class="unsure">' in text
    assert "2 answers missing, so it may be worse than it looks." in text
    bare = reports.report(sample_report().projects[2])._replace(command="health")
    assert '<header class="good">' not in render(bare)
    assert "without advisories, age, deprecated and 4 more" in words(bare)


def test_a_first_run_has_no_trend_and_says_so() -> None:
    text = render(one(1))
    assert "the next one tells what has changed" in text
    assert 'class="trend"' not in text
    assert "What is open" in text


def test_a_project_without_packages_or_a_history_has_a_page_all_the_same() -> None:
    web = one().projects[0]._replace(health=sample_health()._replace(owners={}), trend=None)
    text = render(reports.report(web)._replace(command="health"))
    assert 'class="map"' not in text
    assert "Behind their newest release" in text
    nothing = web._replace(health=None)
    read(render(reports.report(nothing)._replace(command="health")))
    assert "Of 1 more project nothing could be said." in render(
        reports.report(web, nothing)._replace(command="health")
    )
    read(render(reports.report()._replace(command="health")))


def test_without_dates_it_counts_versions() -> None:
    web = one().projects[0]
    health = sample_health()
    lags = tuple(lag._replace(libyears=None) for lag in health.lags)
    holes = tuple(hole._replace(disclosed=None, mended=None) for hole in health.holes)
    blind = health._replace(libyears=None, lags=lags, holes=holes)
    assert web.trend is not None
    past = tuple(s._replace(health=s.health._replace(libyears=None)) for s in web.trend.snapshots)
    trend = web.trend._replace(snapshots=past)
    found = reports.report(web._replace(health=blind, trend=trend))._replace(command="health")
    text = render(found)
    assert text.count('<svg class="line-chart') == 1  # of the score alone
    said = words(found)
    assert "Versions behind" in said
    assert "mocha@7.1.0, 4 majors behind" in said
    assert "Libyears are not known" in said
    rows = re.findall(r'<tr data-use[^>]*data-direct[^>]*>.*?class="name">([^<]*)', text)
    assert rows[:2] == ["mocha", "mkdirp"]  # the most majors first
    assert "4 of 6 could be mended." in said


def test_each_project_has_its_page() -> None:
    text = render(sample_report())
    for number in range(3):
        assert f'href="#p{number}"' in text
        assert f'<article class="view project" id="p{number}"' in text


def test_many_projects_share_what_there_is_room_for() -> None:
    assert len(render(large(3000))) < 4_000_000
    twenty = [large(1000).projects[0]._replace(path=f"p{n}") for n in range(20)]
    text = render(reports.report(*(p._replace(findings=()) for p in twenty))._replace(command="health"))
    assert text.count('class="cell ') <= 12_000 + 20 * 40
    assert "The first 300 of 500 packages" in text
    assert len(text) < 15_000_000


def test_three_thousand_packages_are_no_work() -> None:
    found = large(3000)
    render(large(3))
    began = process_time()
    render(found)
    assert process_time() - began < 1


# -- nothing from outside acts


def test_nothing_is_allowed_but_its_own_script_and_style() -> None:
    text = render(one())
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policy[1].split(";"))
    for tag, rule in (("style", "style-src"), ("script", "script-src")):
        (content,) = re.findall(rf"(?s)<{tag}>(.*?)</{tag}>", text)
        assert rules[rule] == f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"


def test_it_asks_nobody_for_anything() -> None:
    places = [link for link in read(render(sample_report())).links if not link.startswith("#")]
    assert [link for link in places if not link.startswith("https://github.com/advisories/")] == [page._ICON]
    style = page.asset("health.css")
    assert {*re.findall(r"url\((.)", style)} == {"#"}
    assert "@import" not in style
    for way in ("fetch", "XMLHttpRequest", "innerHTML", "eval", "import", "http:", "https:", "Storage"):
        assert way not in page.asset("health.js")


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_acts(text: str) -> None:
    found = render(spoilt_health(sample_report(), text))
    found.encode()
    mine = read(found)
    assert {*mine.tags} <= {*read(render(sample_report())).tags, "a"}
    assert mine.tags.count("script") == mine.tags.count("style") == 1
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", found)
    for link in mine.links:
        assert link.startswith(("#", "https://", page._ICON))


@pytest.mark.parametrize("number", ODD, ids=lambda number: str(number)[:8])
def test_no_number_spoils_it(number: Any) -> None:
    web = one(4).projects[0]
    health, trend = web.health, web.trend
    assert health is not None
    assert trend is not None
    odd = health._replace(
        score=number,
        parts=tuple(part._replace(lost=number, most=number) for part in health.parts),
        libyears=number,
        lags=tuple(
            lag._replace(libyears=number, majors=number, minors=number, patches=number) for lag in health.lags
        ),
        holes=tuple(hole._replace(disclosed=number, mended=number) for hole in health.holes),
        counts=Counts(*[number] * len(Counts._fields)),
        licences=dict.fromkeys(health.licences, number),
        weights=dict.fromkeys(health.weights, number),
    )
    history = trend._replace(
        snapshots=tuple(
            s._replace(
                time=number,
                packages=number,
                health=odd,
                severities=dict.fromkeys(Severity, number),
                incomplete=number,
            )
            for s in trend.snapshots
        ),
        against=number,
        new=tuple(issue._replace(since=number, until=number) for issue in trend.new),
        mended=tuple(issue._replace(since=number, until=number) for issue in trend.mended),
        open=tuple(issue._replace(since=number, until=number) for issue in trend.open),
        seconds_to_mend=number,
    )
    text = render(reports.report(web._replace(health=odd, trend=history))._replace(command="health"))
    read(text)
    body = text[text.index("<body>") : text.index("<script>")]
    assert not re.search(r"\b(nan|inf)\b", body, re.IGNORECASE)
    assert not re.search(r"\d{30}", body)


# -- colours


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_what_is_written_on_colours_is_legible(scheme: int) -> None:
    """WCAG AA: 4.5 to 1 for text, 3 to 1 between a picture's parts that must be told apart."""
    found = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", page.asset("health.css"))
    colors = {name: pair[scheme] for name, *pair in found}
    pairs = [("bright", f"part-{number}") for number in range(8)] + [("bright", "kept")]
    pairs += [("bright", f"v-{word}") for word in ("critical", "high")] + [("bright", "y-4")]
    pairs += [("dim", f"v-{word}") for word in ("low", "info", "old", "none")]
    pairs += [("dim", f"y-{number}") for number in range(2)]
    for fore, back in pairs:
        assert contrast(colors[fore], colors[back]) >= 4.5, f"{fore} on {back}"


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    "steps",
    [
        [f"v-{word}" for word in ("critical", "high", "moderate", "low", "none")],
        [f"y-{number}" for number in range(4, -1, -1)],
    ],
)
def test_what_is_worse_stands_out_without_hue(scheme: int, steps: list[str]) -> None:
    found = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", page.asset("health.css"))
    colors = {name: luminance(pair[scheme]) for name, *pair in found}
    found_steps = [colors[name] for name in steps]
    assert found_steps == sorted(found_steps, reverse=scheme == 1)


# -- who brings what


def test_the_packages_stand_by_who_alone_brings_them() -> None:
    found = health_map.brought(sample_health())
    assert [group.label for group in found][:4] == [
        "mkdirp@0.5.1",
        "once@1.4.0",
        "vite@5.4.0",
        "@scope/tool@1.0.0",
    ]
    assert [len(group.packages) for group in found] == [2, 2, 2, 1, 1, 1, 1, 1, 1]


def test_the_worst_stands_first_and_what_has_no_room_is_counted() -> None:
    health = sample_health()
    known = health_map.facts(one().projects[0], health)
    groups = health_map.groups(health_map.brought(health), known, (1, 2, 3, 4), 5)
    assert [cell.name for group in groups for cell in group.cells][:3] == ["minimist", "1 more", "wrappy"]
    assert sum(group.area for group in groups) == 12
