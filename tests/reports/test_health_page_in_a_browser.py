"""The page of `npmguard health` in a real browser: what it shows, and what can be clicked and typed."""

import json
from typing import Any

import pytest
from support import reports
from support.browsers import Open, browser, opened
from support.health import sample_report
from support.health_pages import large, one, spoilt_health
from support.hostile import HOSTILE

pytestmark = pytest.mark.oracle

__all__ = ["browser", "opened"]  # fixtures


def test_it_is_quiet(opened: Open) -> None:
    for found in (one(1), one(4), one(60), sample_report(), large(300)):
        assert opened(found).quiet()


def test_nothing_runs(opened: Open) -> None:
    """Every hostile text in every field, on one page, which is then used."""
    projects = [project for text in HOSTILE for project in spoilt_health(sample_report(), text).projects[:1]]
    found = opened(reports.report(*projects)._replace(command="health"))
    page = found.page
    page.goto(f"{page.url}#p40")
    page.locator("#p40 .group").first.click()
    page.locator("#p40 .cell").first.hover()
    for summary in page.locator("#p40 summary").all():
        summary.click()
    page.locator("#p40 .lags thead button").first.click()
    page.locator("#p40 [name=words]").first.fill("<img src=x onerror=globalThis.pwned=1>")
    assert page.evaluate("globalThis.pwned") is None
    handlers = "[...document.querySelectorAll('*')].flatMap((e) => e.getAttributeNames())"
    assert not [name for name in page.evaluate(handlers) if name.startswith("on") or name == "style"]
    assert found.quiet()


def test_it_reads_without_a_script(opened: Open) -> None:
    found = opened(sample_report(), java_script_enabled=False)
    assert len(found.shown(".view")) == 4
    assert found.shown(".finder, .pointer, .trail") == []
    page = found.page
    page.locator("#p0-trend summary").click()
    assert len(found.shown("#p0-trend .runs tbody tr")) == 12
    fill = "getComputedStyle(document.querySelector('.cell.s-critical')).fill"
    before = page.evaluate(fill)
    page.locator("#p0-map .how label").nth(1).click()
    assert page.evaluate(fill) != before


def test_one_project_at_a_time(opened: Open) -> None:
    found = opened(sample_report())
    page = found.page
    views = "[...document.querySelectorAll('.view')].filter((v) => !v.hidden).map((v) => v.id)"
    assert page.evaluate(views) == ["overview"]
    page.locator(".projects a", has_text="@acme/api").click()
    page.wait_for_function(f"({views})[0] === 'p1'")
    assert page.evaluate("document.activeElement.id") == "p1"
    page.get_by_role("link", name="All projects").click()
    page.wait_for_function(f"({views})[0] === 'overview'")
    page.get_by_role("link", name="2 answers missing").click()
    assert page.evaluate(views) == ["overview"]
    page.goto(f"{page.url.split('#')[0]}#p0-lags")
    page.wait_for_function(f"({views})[0] === 'p0'")
    page.go_back()
    page.wait_for_function(f"({views})[0] === 'overview'")
    page.goto(f"{page.url.split('#')[0]}#nothing-of-that-name")
    page.wait_for_function(f"({views})[0] === 'overview'")
    assert found.quiet()


# -- the map


def shown_groups(page: Any) -> list[str]:
    names: list[str] = page.evaluate(
        "[...document.querySelectorAll('.group')].filter((g) => getComputedStyle(g).display !== 'none')"
        ".map((g) => g.querySelector('title').textContent)"
    )
    return names


def test_a_click_zooms_into_a_direct_dependency(opened: Open) -> None:
    found = opened(one(), viewport={"width": 1280, "height": 900})
    page = found.page
    assert len(shown_groups(page)) == 9
    small = page.locator(".group").nth(1).bounding_box()
    page.locator(".group", has_text="mkdirp").first.click()
    assert shown_groups(page) == [
        "mkdirp@0.5.1, 2 packages: 1 critical, 1 deprecated or unmaintained, 15.2 libyears"
    ]
    assert found.shown(".trail span")[0].startswith("mkdirp@0.5.1, 2 packages")
    large_one = page.locator(".zoomed").bounding_box()
    assert large_one["width"] > 2 * small["width"]
    page.locator(".zoomed .cell.s-critical").hover()
    assert found.shown(".told") == ["minimist@1.2.0, critical, 7.3 years behind"]
    page.get_by_role("button", name="All packages").click()
    assert len(shown_groups(page)) == 9
    assert page.locator(".group").nth(1).bounding_box()["width"] == small["width"]
    assert found.quiet()


def test_the_keyboard_zooms_and_comes_back(opened: Open) -> None:
    found = opened(one())
    page = found.page
    focused = "document.activeElement.querySelector('title').textContent"
    page.locator("#p0-map [type=radio]").first.focus()
    page.keyboard.press("Tab")
    first = page.evaluate(focused)
    assert first.startswith("mkdirp@0.5.1, 2 packages")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(focused) != first
    page.keyboard.press("End")
    last = page.evaluate(focused)
    page.keyboard.press("ArrowRight")
    assert page.evaluate(focused) == last
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    assert page.evaluate(focused) == "minimist@1.2.0, critical, 7.3 years behind"
    assert page.evaluate("document.activeElement.getAttribute('role')") == "img"
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focused).startswith("mkdirp@0.5.1, deprecated")
    page.keyboard.press("Escape")
    assert page.evaluate(focused) == first
    assert len(shown_groups(page)) == 9
    page.keyboard.press("Tab")  # the map is one stop
    assert page.evaluate("document.activeElement.localName") == "summary"
    assert found.quiet()


def test_the_words_of_the_map_fit_where_they_stand(opened: Open) -> None:
    over = """() => [...document.querySelectorAll('.map .cells text')].filter((text) => {
      if (getComputedStyle(text).display === 'none') return false;
      const cell = text.previousElementSibling.getBoundingClientRect();
      return text.getBoundingClientRect().right > cell.right + 1;
    }).map((text) => text.textContent)"""
    for width in (360, 700, 1280):
        page = opened(large(60), viewport={"width": width, "height": 900}).page
        assert page.evaluate(over) == []
        page.locator(".group").first.click()
        assert page.evaluate(over) == []


# -- how it went


def test_the_slider_tells_of_every_run(opened: Open) -> None:
    found = opened(one(4), viewport={"width": 1280, "height": 900})
    page = found.page
    slider = page.get_by_role("slider")
    assert slider.get_attribute("aria-valuetext").startswith(
        "2026-01-02: score 56, libyears 24.8, critical 2"
    )
    slider.focus()
    page.keyboard.press("ArrowLeft")
    said = slider.get_attribute("aria-valuetext")
    assert said.startswith("2025-12-26: score 54")
    assert found.shown("output") == [said]
    assert page.locator(".cross.on").count() == 3
    assert page.locator(".dot.on").count() == 2
    box = page.locator(".line-chart").first.bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 60)
    assert slider.get_attribute("aria-valuetext").startswith("2025-12-12")
    assert found.quiet()


# -- tables


def test_long_tables_show_their_beginning_until_asked(opened: Open) -> None:
    found = opened(large(100))
    page = found.page
    assert len(found.shown(".lags tbody tr")) == 12
    page.get_by_label("show all 50 packages").check()
    assert len(found.shown(".lags tbody tr")) == 50
    page.get_by_label("show all 50 packages").uncheck()
    page.locator("#p0-lags [name=words]").fill("package-9")
    assert found.shown(".lags tbody .name") == [f"package-{n}" for n in (90, 92, 94, 96, 98)]
    assert found.shown("#p0-lags .status") == ["5 of 50 fit"]


def test_they_sort_and_filter(opened: Open) -> None:
    found = opened(one())
    page = found.page
    names = ".lags tbody .name"
    page.locator(".lags").get_by_role("button", name="Package").click()
    assert found.shown(names) == sorted(found.shown(names))
    page.locator(".lags").get_by_role("button", name="Releases between").click()
    assert found.shown(names)[:2] == ["mocha", "mkdirp"]
    page.locator("#p0-lags [name=direct]").check()
    assert {*found.shown(names)} == {"mkdirp", "mocha", "lodash", "vite", "@scope/tool"}
    page.locator("#p0-lags [name=use]").select_option("development")
    assert {*found.shown(names)} == {"mocha", "vite", "@scope/tool"}
    assert found.shown("#p0-lags .status") == ["3 of 7 fit"]
    page.locator("#p0-holes [name=severity][value=high]").check(force=True)
    assert {*found.shown(".ages tbody .id")} == {"GHSA-p6mc-m468-83gw", "GHSA-35jh-r3h4-6jhm"}
    # what is filtered here stays where it is in the table of findings
    assert found.shown("#status") == ["All 11 findings"]
    assert found.quiet()


def test_three_thousand_packages_are_filtered_at_once(opened: Open) -> None:
    found = opened(large(3000))
    took = found.page.evaluate(
        """() => {
          const words = document.querySelector("#p0-lags [name=words]");
          const times = [];
          for (const value of ["package-29", "patch"]) {
            words.value = value;
            const start = performance.now();
            words.dispatchEvent(new Event("input", { bubbles: true }));
            document.body.offsetHeight;
            times.push(performance.now() - start);
          }
          return times;
        }"""
    )
    assert max(took) < 1000, json.dumps(took)
    assert found.quiet()


# -- where it is shown


@pytest.mark.parametrize("width", [320, 390, 800, 1280])
def test_nothing_sticks_out(opened: Open, width: int) -> None:
    wide = spoilt_health(one(), "x" * 5000)
    for found in (one(60), sample_report(), large(300), wide._replace(command="health")):
        page = opened(found, viewport={"width": width, "height": 800}).page
        for place in ("", "#p0"):
            page.goto(page.url.split("#")[0] + place)
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_dark_and_light(opened: Open) -> None:
    fill = "getComputedStyle(document.querySelector('.kept')).fill"
    dark, light = (opened(one(), color_scheme=scheme).page for scheme in ("dark", "light"))
    assert dark.evaluate(fill) != light.evaluate(fill)


@pytest.mark.parametrize("script", [True, False])
def test_on_paper_everything_is_unfolded(opened: Open, script: bool) -> None:
    found = opened(one(), color_scheme="dark", java_script_enabled=script)
    page = found.page
    page.emulate_media(media="print", color_scheme="dark")
    assert len(found.shown(".runs tbody tr")) == 12
    assert len(found.shown(".parts tbody tr")) == 8
    assert found.shown("button:not(thead *), .finder, .pointer, .check, .trail") == []
    page.emulate_media(media="screen")
    assert page.pdf().startswith(b"%PDF")
