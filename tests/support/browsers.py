"""A report in a real browser, and everything that it did there unasked."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from npmguard.model import Report
from npmguard.reports.html import render

# quiet, and as root too
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("there is no Chromium")
    with playwright.sync_playwright() as running:
        found = running.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield found
        found.close()


class Opened:
    """A page, and everything it did that nobody asked for."""

    def __init__(self, page: Any, address: str) -> None:
        self.page = page
        self.noise: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self.noise.append(message.text))
        page.on("pageerror", lambda error: self.noise.append(str(error)))
        page.on("dialog", self.answer)
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("popup", lambda popup: self.noise.append("a window"))
        page.goto(address)

    def answer(self, dialog: Any) -> None:
        self.noise.append(dialog.message)
        dialog.dismiss()

    def shown(self, what: str = "#findings tbody tr") -> list[str]:
        """The texts of those that are to be seen."""
        seen = [one for one in self.page.locator(what).all() if one.is_visible()]
        return [one.inner_text() for one in seen]

    def names(self) -> list[str]:
        return self.shown("#findings tbody .name")

    def quiet(self) -> bool:
        return self.noise == [] and [url for url in self.asked if not url.startswith("data:")] == [
            self.page.url.split("#")[0]
        ]


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    contexts = []

    def to_open(found: Report, **options: Any) -> Opened:
        path = tmp_path / "report.html"
        path.write_text(render(found), encoding="utf-8")
        contexts.append(browser.new_context(**options))
        return Opened(contexts[-1].new_page(), path.as_uri())

    yield to_open
    for context in contexts:
        context.close()


Open = Callable[..., Opened]
