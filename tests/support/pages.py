"""A page as its text stands, for the tests of HTML."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br"}
ATTRIBUTES = {
    *("id", "class", "lang", "charset", "content", "http-equiv", "name", "rel", "href", "type", "value"),
    *("checked", "hidden", "role", "scope", "for", "title", "datetime", "autocomplete", "spellcheck"),
    *("aria-label", "aria-labelledby", "aria-hidden", "aria-pressed"),
    *("data-sort", "data-value", "data-label", "data-package", "data-use", "data-project", "data-rule"),
    "data-severity",
}
PICTURES = {
    *("viewbox", "preserveaspectratio", "width", "height", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r"),
    *("dx", "dy", "d", "points", "overflow", "patternunits", "patterntransform"),
}
FIELDS = {"min", "max", "data-x", "data-direct"}


class Read(HTMLParser):
    """The tags of a page, which must close in the order in which they opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self.comments = 0
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        names = [name for name, _ in attrs]
        assert {*names} <= ATTRIBUTES | PICTURES | FIELDS
        assert len(names) == len({*names})
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        self.comments += 1

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            self.words += f" {data} "


def read(text: str) -> Read:
    found = Read(text)
    assert found.open == []
    assert found.comments == 0
    assert len(found.ids) == len({*found.ids})
    return found


def luminance(color: str) -> float:
    """How bright a colour is, as WCAG counts."""
    parts = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """How well one is legible on the other, as WCAG counts."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)
