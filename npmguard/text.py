"""Text from outside, made safe for where it lands."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Control characters (terminal escapes among them), the marks that reorder text, and invisible characters.
_UNSAFE = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f"
    "\\ufeff\\ufff9-\\ufffb\\ud800-\\udfff\\U000e0000-\\U000e007f"
    "\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u3164\\uffa0\\U0001d173-\\U0001d17a\\U000e0100-\\U000e01ef]"
    # what the log of a CI obeys wherever it stands in a line: ##[add-mask], ##vso[task.setvariable]
    "|(?<=#)#(?=[A-Za-z]*\\[)"
)
_MARKED = re.compile(r"(?<=#)#(?=[A-Za-z]*\[)")
_COMMAND = re.compile(r"^([^\S\n]*):(?=:)", re.MULTILINE)


def plain(text: str) -> str:
    """The text with all that a terminal or a CI's log might obey, or a reader not see, written out."""
    return _UNSAFE.sub(_written, text)


def lines(page: str) -> str:
    """A page of `plain` texts in which no line begins as a `::command::` of GitHub, however it was folded."""
    return _COMMAND.sub(r"\g<1>\\x3a", page)


def in_json(page: str) -> str:
    """JSON that means the same, and that no CI's log obeys when it is printed there."""
    return _MARKED.sub(r"\\u0023", page)


def one_line(text: str, most: int = 500) -> str:
    """`plain` text on one line, cut at `most` characters."""
    found = plain(" ".join(text.split()))
    return found if len(found) <= most else found[: most - 1].rstrip() + "…"


def name(text: str, most: int = 214) -> str:
    """A package's name on one line. npm takes ASCII alone, so that all else in it is there to deceive."""
    return one_line(text.encode("ascii", "backslashreplace").decode(), most)


def some(names: Iterable[str], most: int | None = 3) -> str:
    """The first few of the names (all for None), each once, in words: `a, b and 3 more`."""
    found = list(dict.fromkeys(names))
    most = len(found) if most is None else most
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(found[:most]) + more


def count(number: int, noun: str) -> str:
    """`1 file`, `1,200 files`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def size(number: int) -> str:
    """A number of bytes as npm writes it: 312 B, 4.1 kB, 12.0 MB."""
    if number < 1000:
        return f"{number} B"
    amount, unit = number / 1000, "kB"
    for larger in ("MB", "GB"):
        if amount < 999.95:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.1f} {unit}"


def span(seconds: float) -> str:
    """A length of time in words: `less than a minute`, `3 hours`, `1 day`, `2 years`."""
    for length, word in ((365.25 * 86_400, "year"), (86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= length:
            return count(int(seconds // length), word)
    return "less than a minute"


def html(text: str, most: int = 500) -> str:
    """`one_line` text for HTML, between tags or in a quoted attribute."""
    found = one_line(text, most).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return found.replace('"', "&quot;").replace("'", "&#39;")


def markdown(text: str, most: int = 500) -> str:
    """`one_line` text for Markdown, where it formats nothing, links nowhere and mentions nobody.

    Let words of our own stand before it: what begins a line can be a list, a quotation or a heading.
    """
    found = _MARKS.sub(r"\\\g<0>", one_line(text, most).replace("&", "&amp;").replace("<", "&lt;"))
    return _CALLS.sub(r"\g<0><!-- -->", found).replace("$", "<span>$</span>")


def code(text: str, most: int = 214, *, cell: bool = True) -> str:
    """Text as code in Markdown, whatever it holds; `cell` where that is in a table."""
    found = one_line(text, most)
    if not found:
        return ""
    if cell and "|" in found:
        if "\\" in found:  # whether a backslash before a bar is its own or the table's, readers differ about
            return f"<code>{markdown(found, most)}</code>"
        found = found.replace("|", "\\|")
    fence = "`" * (max((len(run) for run in re.findall("`+", found)), default=0) + 1)
    return f"{fence} {found} {fence}" if "`" in found else f"{fence}{found}{fence}"


# what Markdown reads as more than itself, the colon of a URL and the point of a www. among it
_MARKS = re.compile(r"[\\`*_{}\[\]()#!|~]|:(?=//)|(?<=www)\.")

# what the hosts of repositories look for in what is rendered already: people, issues, formulas, emoji
_CALLS = re.compile(r"@|#(?=\d)|\bGH-(?=\d)|:(?=[a-z0-9_+-]+(?::|$))", re.IGNORECASE)


def xml(text: str, most: int = 4000) -> str:
    """`one_line` text for XML, in an element or in an attribute."""
    found = one_line(text, most).translate(_XML)
    return f"&#58;{found[1:]}" if found.startswith("::") else found  # it may begin a line in a log


# what XML reads as more than itself, and the two characters that it does not take and `plain` leaves
_XML = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&quot;",
        "'": "&#39;",
        "\ufffe": "\\ufffe",
        "\uffff": "\\uffff",
    }
)


def is_word(text: str) -> bool:
    """Does it mean the same to every shell, and no option to npm? What people paste must."""
    return re.fullmatch(r"[@A-Za-z0-9._][@A-Za-z0-9._~/+-]*", text) is not None


def _written(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
