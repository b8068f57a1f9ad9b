"""Numbers as pictures: bars, lines, layers and a map of areas, in SVG that needs no script.

Every function is pure, takes numbers and plain text and gives markup. Numbers from outside may be anything:
`amount` bounds them. Places are in per cent of the width and sizes of text in pixels, so that a picture fills
whatever room there is and its words stay legible. What is shown where depends on that room: words with the
class `w560` are for pictures at least so wide. Colours and patterns are classes of assets/health.css.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10
from typing import NamedTuple

from npmguard.text import html

WIDTHS = (300, 560, 820, 1120)
"""The widths in pixels for which words are fitted; the style knows a class for each."""

_LETTER = 6.7  # pixels, of the 11 that letters in pictures are high
_LINE = 16
_LEFT, _RIGHT = 0.09, 0.022  # of the width, left free for words before a line, for the dot at its end
_TOP, _HIGH, _FOOT = 20, 104, 24  # pixels of a chart: for the highest word, for what is drawn, for dates
_MAP = (1.4, 400)  # the shape that the areas of a map are cut for, and its least height in pixels
_HEAD = 18


def amount(value: float | None, most: float = 1e6, least: float = 0.0) -> float:
    """The number between its bounds; the least where there is none."""
    if value is None or value != value:
        return least
    return float(min(max(value, least), most))


def short(value: float) -> str:
    """A number with no more digits than a picture needs: 0.4, 3, 1,200."""
    return f"{value:,.0f}" if value >= 100 or value == round(value) else f"{value:,.1f}"


def patterns() -> str:
    """What the style fills areas with besides colour: once on a page, before the pictures."""
    made = []
    for number, name in enumerate(
        ("critical", "high", "moderate", "old", "part-1", "part-3", "part-5", "part-7", "unknown")
    ):
        shape, turn = _SHAPES[number % len(_SHAPES)]
        made.append(
            f'<pattern id="fill-{name}" class="fill-{name}" width="7" height="7" '
            f'patternUnits="userSpaceOnUse" patternTransform="rotate({turn})">'
            f'<rect width="7" height="7"/><path d="{shape}"/></pattern>'
        )
    return f'<svg class="patterns" width="0" height="0" aria-hidden="true"><defs>{"".join(made)}</defs></svg>'


# lines, lines the other way, dots, a grid
_SHAPES = (("M0 0V7", 45), ("M0 0V7", -45), ("M3 3.5H4", 0), ("M0 0V7M0 0H7", 0))


def bar(*parts: tuple[float, str]) -> str:
    """Bars that all start at the left, the longest first: of each its share of the width, and its class.

    For a cell that says the number in words too.
    """
    made = "".join(
        f'<rect class="{kind}" width="{_share(share)}" height="100%"/>' for share, kind in parts if share > 0
    )
    return f'<svg class="bar" aria-hidden="true">{made}</svg>'


def swatch(kind: str) -> str:
    """A spot of a colour and its pattern, for a legend."""
    return f'<svg class="swatch" aria-hidden="true"><rect class="{kind}" width="100%" height="100%"/></svg>'


class Slice(NamedTuple):
    """A part of a bar: how much, its class, its words where there is room, and less where there is little."""

    amount: float
    kind: str
    words: str
    number: str


def stack(slices: Sequence[Slice], most: float, label: str) -> str:
    """One bar made of slices that add up to `most`."""
    made = []
    at = 0.0
    for slice in slices:
        share = min(amount(slice.amount, most) / most, 1 - at)
        if share <= 0:
            continue
        made.append(f'<svg x="{_share(at)}" width="{_share(share)}" height="100%">')
        made.append(f'<rect class="{slice.kind}" width="100%" height="100%"/>')
        long, little = _room(slice.words, share), _room(slice.number, share)
        for words, kind in (
            (slice.words, long),
            (slice.number, f"{little} {long and f'u{long[1:]}'}".strip() if little != long else ""),
        ):
            if kind:
                made.append(f'<text class="on-{slice.kind} {kind}" x="50%" y="50%">{html(words, 60)}</text>')
        made.append("</svg>")
        at += share
    return f'<svg class="stack" role="img" aria-label="{html(label, 2000)}">{"".join(made)}</svg>'


# -- what changes with time


def places(times: Sequence[float]) -> list[float]:
    """Where the times lie between left and right, as shares of the width; evenly where they are one."""
    found = [amount(time, 2.5e11) for time in times]
    first, last = min(found, default=0), max(found, default=0)
    if last > first:
        shares = [(time - first) / (last - first) for time in found]
    else:
        shares = [number / max(1, len(found) - 1) for number in range(len(found))]
    return [_LEFT + share * (1 - _LEFT - _RIGHT) for share in shares]


def line(
    times: Sequence[float], values: Sequence[float | None], ends: tuple[str, str], label: str, top: float = 0
) -> str:
    """A line through the values that are known, from zero up to `top` at least.

    `ends` are the words under its ends.
    """
    known = [None if value is None or value != value else amount(value) for value in values]
    steps = _steps(max([top, *(value for value in known if value is not None)]))
    xs, highest = places(times), steps[-1]
    paths, dots = [], []
    run: list[str] = []
    for x, value in zip(xs, known, strict=True):
        if value is None:
            run = []
            continue
        y = 1 - value / highest
        if not run:
            paths.append(run)
        run.append(f"{1000 * x:.1f} {1000 * y:.1f}")
        last = " last" if value == known[-1] and x == xs[-1] else ""
        dots.append(f'<circle class="dot{last}" cx="{_share(x)}" cy="{_TOP + y * _HIGH:.1f}" r="3.5"/>')
    drawn = "".join(f'<polyline class="line" points="{" ".join(run)}"/>' for run in paths)
    few = " few" if len(dots) <= 15 else ""
    final = known[-1] if known else None
    told = ""
    if final is not None:
        y = _TOP + (1 - final / highest) * _HIGH
        told = (
            f'<text class="value" x="99%" y="{y - 8 if y > _TOP + 10 else y + 18:.1f}">{short(final)}</text>'
        )
    return _chart(f"{drawn}", steps, ends, label, f"line-chart{few}", "".join(dots) + told)


def layers(
    times: Sequence[float], parts: Sequence[tuple[str, Sequence[float]]], ends: tuple[str, str], label: str
) -> str:
    """Areas one on another: of each its class and its height at each time, the first at the bottom."""
    xs = places(times)
    below = [0.0] * len(xs)
    stacked = []
    for kind, values in parts:
        above = [low + amount(value) for low, value in zip(below, values, strict=True)]
        stacked.append((kind, below, above))
        below = above
    steps = _steps(max(below, default=0))
    highest = steps[-1]
    drawn = []
    for kind, under, over in stacked:
        if over != under:
            there = [f"{1000 * x:.1f} {1000 * (1 - y / highest):.1f}" for x, y in zip(xs, over, strict=True)]
            back = [f"{1000 * x:.1f} {1000 * (1 - y / highest):.1f}" for x, y in zip(xs, under, strict=True)]
            drawn.append(f'<polygon class="layer {kind}" points="{" ".join([*there, *reversed(back)])}"/>')
    return _chart("".join(drawn), steps, ends, label, "layers-chart", "")


def spark(values: Sequence[float], top: float) -> str:
    """A line of no more than a word's size, beside words that say its last value."""
    known = [amount(value, top) for value in values]
    if len(known) < 2:
        return ""
    step = 76 / (len(known) - 1)
    points = [f"{2 + number * step:.1f} {18 - 16 * value / top:.1f}" for number, value in enumerate(known)]
    x, y = points[-1].split()
    return (
        '<svg class="spark" viewBox="0 0 80 20" aria-hidden="true">'
        f'<polyline class="line" points="{" ".join(points)}"/>'
        f'<circle class="dot" cx="{x}" cy="{y}" r="2.5"/></svg>'
    )


def _chart(
    drawn: str, steps: Sequence[float], ends: tuple[str, str], label: str, kind: str, over: str
) -> str:
    """What is drawn in a thousandth of its room, with lines at the steps behind it and words around it."""
    grid = []
    for step in steps:
        y = _TOP + (1 - step / steps[-1]) * _HIGH
        grid.append(f'<line class="grid" x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>')
        if step:
            grid.append(f'<text class="step" x="0" y="{y - 4:.1f}">{short(step)}</text>')
    foot = _TOP + _HIGH + 16
    dates = f'<text class="step" x="0" y="{foot}">{html(ends[0], 40)}</text>' + (
        f'<text class="step end" x="100%" y="{foot}">{html(ends[1], 40)}</text>' if ends[1] != ends[0] else ""
    )
    return (
        f'<svg class="{kind}" role="img" aria-label="{html(label, 2000)}" height="{_TOP + _HIGH + _FOOT}">'
        f'{"".join(grid)}<svg y="{_TOP}" width="100%" height="{_HIGH}" viewBox="0 0 1000 1000" '
        f'preserveAspectRatio="none" overflow="visible">{drawn}</svg>'
        f'<line class="cross" x1="0" x2="0" y1="{_TOP - 6}" y2="{_TOP + _HIGH}"/>{over}{dates}</svg>'
    )


def _steps(most: float) -> list[float]:
    """Round numbers from zero to `most` or over it, three or four of them."""
    if most < 1e-6:
        return [0, 1]
    rough = most / 3
    ten = 10 ** floor(log10(rough))
    step = next(ten * factor for factor in (1, 2, 2.5, 5, 10) if ten * factor >= rough * 0.999)
    if step < 1 and most >= 1:
        step = 1
    found = [0.0]
    while found[-1] < most * 0.999:
        found.append(found[-1] + step)
    return found


# -- a map of areas


class Cell(NamedTuple):
    """A place on the map: its name, its size, its classes, and all that is to be said of it."""

    name: str
    area: float
    kinds: str
    said: str


class Group(NamedTuple):
    """Cells that belong together, and what is to be said of them all."""

    name: str
    said: str
    cells: Sequence[Cell]

    @property
    def area(self) -> float:
        return sum(amount(cell.area) for cell in self.cells)


def treemap(groups: Sequence[Group], label: str) -> str:
    """Groups as areas, and in each of them its cells. The largest group stands first, cells as they come.

    A group is an <svg> of its own: given the whole room, it and its words fill that.
    """
    ordered = sorted((group for group in groups if group.area > 0), key=lambda group: -group.area)
    wide, high = _MAP
    made = []
    for group, (x, y, w, h) in zip(ordered, squares([g.area for g in ordered], wide, 1), strict=True):
        share, height = w / wide, h * high
        has_head = len(group.cells) > 1 and height >= 2.5 * _HEAD and _room(group.name[:8], share) != ""
        top = _HEAD / height if has_head else 0.0
        named = f"{html(group.name, 80)} <tspan>{short(group.area)}</tspan>"
        words = f'<text class="head" dx="5" dy="13">{named}</text>'
        shape = min(max(w / max(h, 1e-9), 0.7), 2.8)  # cells are looked at in the whole room too
        made.append(
            f'<svg class="group" x="{_share(x / wide)}" y="{_share(y)}" width="{_share(share)}" '
            f'height="{_share(h)}"><title>{html(group.said)}</title>'
            '<rect class="ground" width="100%" height="100%"/>'
            f"{words if has_head else ''}"
            f'<svg class="cells" y="{_share(top)}" width="100%" height="{_share(1 - top)}">'
            f"{_cells(group.cells, share, height * (1 - top), shape)}</svg>"
            '<rect class="edge" width="100%" height="100%"/></svg>'
        )
    few = " few" if sum(len(group.cells) for group in ordered) <= 12 else ""
    return f'<svg class="map{few}" role="img" aria-label="{html(label, 2000)}">{"".join(made)}</svg>'


def _cells(cells: Sequence[Cell], share: float, height: float, shape: float) -> str:
    """The cells of a group that takes this share of the map's width, and so many pixels of its height.

    Words have the class o560 where they fit in so wide a map, z560 where they do once the group has it all.
    """
    made = []
    areas = [cell.area for cell in cells]
    cut = rows(len(areas), shape) if {*areas} == {1} else squares(areas, shape, 1)
    for cell, (x, y, w, h) in zip(cells, cut, strict=True):
        at = f'x="{_share(x / shape)}" y="{_share(y)}"'
        made.append(
            f'<rect class="cell {cell.kinds}" {at} width="{_share(w / shape)}" height="{_share(h)}">'
            f"<title>{html(cell.said)}</title></rect>"
        )
        alone = _room(cell.name, w / shape) if h * _MAP[1] >= _LINE else ""
        among = _room(cell.name, share * w / shape) if alone and h * height >= _LINE else ""
        if alone:
            kinds = f"z{alone[1:]}{f' o{among[1:]}' if among else ''} on {cell.kinds}"
            made.append(f'<text class="{kinds}" {at} dx="5" dy="13">{html(cell.name, 80)}</text>')
    return "".join(made)


Square = tuple[float, float, float, float]  # x, y, width, height


def rows(number: int, width: float) -> list[Square]:
    """So many rectangles of one area, in even rows, in a room of this width and the height 1."""
    high = min(max(1, round((number * 1.3 / width) ** 0.5)), max(number, 1))
    found = []
    y = 0.0
    for row in range(high):
        length = number * (row + 1) // high - number * row // high
        height = length / number
        found += [(at * width / length, y, width / length, height) for at in range(length)]
        y += height
    return found


def squares(areas: Sequence[float], width: float, height: float) -> list[Square]:
    """Rectangles of these areas that fill the room, as near to squares as can be.

    M. Bruls, K. Huizing, J. van Wijk, "Squarified treemaps", 2000.
    """
    sizes = [max(amount(area), 1e-9) for area in areas]
    total = sum(sizes)
    scale = width * height / total if total else 0
    sizes = [size * scale for size in sizes]
    found: list[Square] = []
    x = y = 0.0
    at = 0
    while at < len(sizes):
        side = max(min(width, height), 1e-12)
        row = least = most = sizes[at]
        end = at + 1
        worst = _worst(row, least, most, side)
        while end < len(sizes):
            size = sizes[end]
            next_worst = _worst(row + size, min(least, size), max(most, size), side)
            if next_worst > worst:
                break
            row, least, most, worst = row + size, min(least, size), max(most, size), next_worst
            end += 1
        thick = min(row / side, max(width, height))
        place = 0.0
        for size in sizes[at:end]:
            length = side * size / row
            if width >= height:
                found.append((x, y + place, thick, length))
            else:
                found.append((x + place, y, length, thick))
            place += length
        if width >= height:
            x, width = x + thick, max(width - thick, 0)
        else:
            y, height = y + thick, max(height - thick, 0)
        at = end
    return found


def _worst(row: float, least: float, most: float, side: float) -> float:
    """How far from a square the least square one of a row is."""
    return max(side * side * most / (row * row), row * row / (side * side * least))


def _room(words: str, share: float) -> str:
    """The class of the narrowest picture in which this share of its width holds the words; "" for none."""
    length = len(words) * _LETTER + 10
    return next((f"w{width}" for width in WIDTHS if share * width >= length), "")


def _share(share: float) -> str:
    """A share as per cent."""
    return f"{100 * share:.2f}".rstrip("0").rstrip(".") + "%"
