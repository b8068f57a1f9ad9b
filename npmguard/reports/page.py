"""A page that stands for itself: one file, no request to anywhere, and nothing runs on it but its own script.

What every page shares: its head with a strict Content-Security-Policy, its style and script (assets/), tables
that the script lets people sort, and the small pieces. All of them give markup; text from outside comes in
through `text.html`, or a function here that calls it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from npmguard import text
from npmguard.text import html

# a shield, so that no browser asks a server for an icon
_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
    "%3Cpath fill='%233a6ea5' d='M8 1l6 2v5c0 3.5-2.5 6-6 7-3.5-1-6-3.5-6-7V3z'/%3E%3C/svg%3E"
)
_THEMES = (("auto", "Auto"), ("light", "Light"), ("dark", "Dark"))


class Column(NamedTuple):
    """One of a table. `sort` is how the script sorts by it: text, or number, the largest first."""

    title: str
    sort: str = "text"


def document(title: str, body: Iterable[str], more: str = "") -> str:
    """The whole page: `title` is text from anywhere, `body` markup; `more` names another style and script."""
    names = ("html", more) if more else ("html",)
    style, script = ("\n".join(asset(f"{name}.{kind}") for name in names) for kind in ("css", "js"))
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    lines = (
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        '<meta name="referrer" content="no-referrer">',
        '<meta name="robots" content="noindex">',
        f"<title>{html(title)}</title>",
        f'<link rel="icon" href="{_ICON}">',
        f"<style>{style}</style>",
        "</head>",
        "<body>",
        *body,
        f"<script>{script}</script>",
        "</body>",
        "</html>",
    )
    return "\n".join(lines) + "\n"


@cache
def asset(name: str) -> str:
    """One of the files beside this one that go into a page."""
    # read as text, so that a checkout with other line ends gives the same page and the same hash
    with open(os.path.join(os.path.dirname(__file__), "assets", name), encoding="utf-8") as file:
        return file.read()


def _hash(content: str) -> str:
    from base64 import b64encode
    from hashlib import sha256

    return f"sha256-{b64encode(sha256(content.encode()).digest()).decode()}"


# -- pieces


def switch() -> str:
    """Dark or light, or as the system has it. It works without the script."""
    choices = "".join(
        f'<label><input type="radio" name="theme" id="theme-{name}"{" checked" if name == "auto" else ""}>'
        f"<span>{label}</span></label>"
        for name, label in _THEMES
    )
    return f'<fieldset class="theme"><legend>Colours</legend>{choices}</fieldset>'


def section(id: str, title: str, content: Iterable[str], note: str = "", level: int = 2) -> Iterator[str]:
    """A part of the page with its heading, `note` (markup) under it. Nothing where there is no content."""
    lines = list(content)
    if not lines:
        return
    yield f'<section id="{id}" aria-labelledby="{id}-title">'
    yield f'<h{level} id="{id}-title">{title}</h{level}>'
    if note:
        yield f'<p class="note">{note}</p>'
    yield from lines
    yield "</section>"


def table(caption: str, columns: Sequence[Column], rows: Iterable[str], kind: str = "") -> Iterator[str]:
    """A table that the script makes sortable. `rows` are markup: `row` makes them."""
    yield f'<table class="{f"sorts {kind}".strip()}">'
    yield f"<caption>{caption}</caption>"
    heads = "".join(f'<th scope="col" data-sort="{column.sort}">{column.title}</th>' for column in columns)
    yield f"<thead><tr>{heads}</tr></thead>"
    yield "<tbody>"
    yield from rows
    yield "</tbody>"
    yield "</table>"


def row(columns: Sequence[Column], cells: Iterable[str], head: int = 0, data: str = "") -> str:
    """A row of cells, the one numbered `head` its heading; `data` are more attributes of the row.

    A cell knows its column's title: where the screen is narrow a row is a card, and has no head above it.
    """
    made: list[str] = []
    for number, (column, cell) in enumerate(zip(columns, cells, strict=True)):
        tag = "th" if number == head else "td"
        scope = ' scope="row"' if number == head else ""
        made.append(f'<{tag}{scope} data-label="{column.title}">{cell}</{tag}>')
    return f"<tr{data}>{''.join(made)}</tr>"


def number(amount: float, shown: str | None = None) -> str:
    """A cell's number, or words in its place that sort as it."""
    return f'<span data-value="{amount}">{shown if shown is not None else f"{amount:,}"}</span>'


def code(content: str, most: int = 500) -> str:
    """Text as code."""
    return f"<code>{html(content, most)}</code>"


def package(name: str, version: str | None = None) -> str:
    """A package's name, and its version where there is one."""
    label = f'<span class="name">{html(text.name(name))}</span>'
    return f'{label} <span class="version">{html(version, 100)}</span>' if version else label


def mark(words: str, kind: str = "") -> str:
    """A small label. `kind` is a severity, or "" for a plain one."""
    return f'<span class="{f"mark {kind}".strip()}">{words}</span>'


def link(url: str) -> str:
    """A link that shows where it leads; text where it could lead elsewhere than it says."""
    if _PLAIN_URL.fullmatch(url) is None:
        return html(url)
    return f'<a href="{html(url)}" rel="noopener noreferrer">{html(url)}</a>'


# nobody's name and password before the host, and no character that is not ASCII
_PLAIN_URL = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?(?:[/?#][!-~]{0,400})?")


def unfolded(summary: str, content: Iterable[str], kind: str = "") -> Iterator[str]:
    """Something that a click unfolds."""
    yield f'<details class="{kind}">' if kind else "<details>"
    yield f"<summary>{summary}</summary>"
    yield from content
    yield "</details>"


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Terms and what is to be said of them, markup both; a term of which nothing is said is left out."""
    return f"<dl>{''.join(f'<dt>{term}</dt><dd>{said}</dd>' for term, said in pairs if said)}</dl>"


def listed(items: Iterable[str], kind: str = "") -> str:
    """A list of markup."""
    made = "".join(f"<li>{item}</li>" for item in items)
    return f'<ul class="{kind}">{made}</ul>' if kind else f"<ul>{made}</ul>"
