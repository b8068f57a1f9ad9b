"""The page in a real browser: what it shows, what can be clicked, and that nothing runs but its script."""

import json

import pytest
from support.browsers import Open, browser, opened
from support.hostile import HOSTILE, spoilt
from support.reports import many, report, sample

pytestmark = pytest.mark.oracle

__all__ = ["browser", "opened"]  # fixtures


def test_nothing_runs(opened: Open) -> None:
    """Every hostile text in every field, on one page, which is then used."""
    tags = "[...new Set([...document.querySelectorAll('*')].map((e) => e.localName))].sort()"
    ours = {*opened(sample()).page.evaluate(tags)}
    projects = [project for text in HOSTILE for project in spoilt(sample(), text).projects]
    found = opened(report(*projects))
    page = found.page
    expected = sum(f.suppressed is None for project in projects for f in project.findings)
    assert page.locator("#findings .finding").count() == expected
    assert {*page.evaluate(tags)} <= ours
    page.locator("#findings thead button").nth(2).click()
    page.fill("input[name=words]", "<img src=x onerror=globalThis.pwned=1>")
    page.locator("#findings summary >> visible=true").first.click()
    page.emulate_media(media="print")
    assert page.evaluate("globalThis.pwned") is None
    handlers = "[...document.querySelectorAll('*')].flatMap((e) => e.getAttributeNames())"
    assert not [name for name in page.evaluate(handlers) if name.startswith("on") or name == "style"]
    assert found.quiet()


def test_what_got_in_all_the_same_would_not_run(opened: Open) -> None:
    found = opened(sample())
    found.page.evaluate(
        """() => {
          document.body.insertAdjacentHTML("beforeend", "<img src=x onerror=globalThis.pwned=1>");
          const script = document.createElement("script");
          script.textContent = "globalThis.pwned = 1";
          document.body.append(script);
        }"""
    )
    found.page.evaluate("fetch('https://evil.example.test').catch(() => 0)")
    found.page.wait_for_timeout(100)
    assert found.page.evaluate("globalThis.pwned") is None
    assert not [url for url in found.asked if url.startswith("http")]
    assert any("Content Security Policy" in said for said in found.noise)


def test_it_reads_without_a_script(opened: Open) -> None:
    found = opened(sample(), java_script_enabled=False)
    assert len(found.shown()) == 11
    assert found.shown("#filters") == []
    found.page.locator("#findings summary").first.click()
    assert "Malicious: *." in found.shown("#findings .body")[0]


def test_every_column_sorts(opened: Open) -> None:
    found = opened(sample())
    button = found.page.get_by_role("button", name="Package")
    button.click()
    names = found.names()
    assert names == sorted(names, key=str.lower)
    assert found.page.locator("#findings th[aria-sort]").all_inner_texts() == ["Package"]
    assert found.page.locator("#findings th[aria-sort]").get_attribute("aria-sort") == "ascending"
    button.click()
    assert found.names() == names[::-1]
    found.page.get_by_role("button", name="Severity").first.click()
    words = found.shown("#findings tbody td:first-child .mark")
    order = ("critical", "high", "moderate", "low", "info")
    assert words == sorted(words, key=order.index)
    assert found.quiet()


def test_the_keyboard_is_enough(opened: Open) -> None:
    found = opened(sample())
    found.page.keyboard.press("Tab")
    assert found.page.evaluate("document.activeElement.className") == "skip"
    found.page.locator("#findings thead button").nth(1).focus()
    found.page.keyboard.press("Enter")
    assert found.page.locator("#findings th[aria-sort=ascending]").inner_text() == "Package"
    found.page.locator("#findings summary").first.focus()
    found.page.keyboard.press("Enter")
    assert len(found.shown("#findings .body")) == 1
    found.page.locator("[name=severity]").first.focus()
    found.page.keyboard.press("Space")
    assert found.shown("#status") == ["3 of 14 findings"]


def test_every_filter_filters(opened: Open) -> None:
    found = opened(sample())
    page = found.page
    assert found.shown("#status") == ["All 14 findings"]
    page.check("[name=severity][value=critical]", force=True)
    assert found.shown("#findings .finding summary .mark") == []
    assert {*found.names()} == {"crossenv", "minimist", "wrappy"}
    page.check("[name=severity][value=moderate]", force=True)
    # of a package's findings those that fit stay
    assert found.shown("#findings [data-package=lodash] summary .mark") == ["moderate"]
    page.click("[name=reset]")
    assert found.shown("#status") == ["All 14 findings"]
    for name, value, names in (
        ("rule", "typosquat", ["lodahs"]),
        ("use", "development", ["lodahs", "@scope/tool"]),
        ("project", "1", ["ws", "ws"]),
    ):
        page.select_option(f"[name={name}]", value)
        assert found.names() == names
        page.click("[name=reset]")
    page.fill("[name=package]", "LOD")
    assert found.names() == ["lodahs", "lodash"]
    page.fill("[name=package]", "")
    page.fill("[name=words]", "overrides  put")  # in the details, in any order
    assert found.names() == ["minimist"]
    page.fill("[name=words]", "no such words")
    assert found.shown() == []
    assert found.shown("#status") == ["0 of 14 findings"]
    assert found.quiet()


def test_dark_and_light(opened: Open) -> None:
    back = "getComputedStyle(document.body).backgroundColor"
    dark = opened(sample(), color_scheme="dark")
    light = opened(sample(), color_scheme="light")
    colors = dark.page.evaluate(back), light.page.evaluate(back)
    assert colors[0] != colors[1]
    dark.page.get_by_text("Light", exact=True).click()
    light.page.get_by_text("Dark", exact=True).click()
    assert (light.page.evaluate(back), dark.page.evaluate(back)) == colors
    dark.page.get_by_text("Auto", exact=True).click()
    assert dark.page.evaluate(back) == colors[0]


@pytest.mark.parametrize("script", [True, False])
def test_on_paper_everything_is_unfolded_and_light(opened: Open, script: bool) -> None:
    found = opened(sample(), color_scheme="dark", java_script_enabled=script)
    page = found.page
    assert found.shown(".body") == []
    page.emulate_media(media="print", color_scheme="dark")
    assert len(found.shown(".body")) == 16
    assert found.shown("button, #filters, .theme") == []
    page.emulate_media(media="screen")
    assert page.pdf().startswith(b"%PDF")
    assert found.shown(".body") == []


def test_a_finding_can_be_linked_to(opened: Open) -> None:
    found = opened(sample())
    mark = sample().projects[0].findings[3].fingerprint
    found.page.goto(f"{found.page.url}#finding-{mark}")
    assert len(found.shown(".body")) == 1
    found.page.get_by_role("link", name="2 findings hidden").click()
    assert len(found.shown("#hidden tbody tr")) == 2
    found.page.reload()
    assert len(found.shown("#hidden tbody tr")) == 2
    found.page.goto(f"{found.page.url.split('#')[0]}#%")
    assert found.noise == []


@pytest.mark.parametrize("width", [320, 390, 800, 1280])
def test_nothing_sticks_out(opened: Open, width: int) -> None:
    text = "x" * 5000
    for found in (sample(), spoilt(sample(), text)):
        page = opened(found, viewport={"width": width, "height": 800}).page
        page.click("button[name=unfold]")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_three_thousand_findings_are_filtered_at_once(opened: Open) -> None:
    found = opened(many(3000))
    took = found.page.evaluate(
        """() => {
          const words = document.querySelector("[name=words]");
          const times = [];
          for (const value of ["number 29", "ghsa-0001"]) {
            words.value = value;
            const start = performance.now();
            words.dispatchEvent(new Event("input", { bubbles: true }));
            times.push(performance.now() - start);
          }
          return times;
        }"""
    )
    assert max(took) < 1000, json.dumps(took)
    assert found.shown("#status") == ["1 of 2925 findings"]
