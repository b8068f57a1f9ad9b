"""Characters that pass for others, or for nothing at all."""

from __future__ import annotations

# Letters of other alphabets that look like Latin ones in most fonts (compare Unicode's UTS 39).
_TWINS = {
    "a": "аɑαⱥ", "b": "Ьƅ", "c": "сϲⅽ", "d": "ԁⅾɗ", "e": "еҽєε", "f": "ғƒ", "g": "ɡցǥ", "h": "һհ",
    "i": "іιıɩ", "j": "јϳ", "k": "кκ", "l": "ӏⅼłɭ", "m": "мⅿ", "n": "ոη", "o": "оοօσ", "p": "рρ", "q": "ԛգ",
    "r": "гᴦ", "s": "ѕꜱ", "t": "тτ", "u": "υսᴜ", "v": "νѵⅴ", "w": "ԝωшɯ", "x": "хχⅹ", "y": "уγүყ", "z": "ᴢʐ",
    "A": "АΑ", "B": "ВΒ", "C": "СϹ", "E": "ЕΕ", "H": "НΗ", "I": "ІΙ", "J": "Ј", "K": "КΚ", "M": "МΜ",
    "N": "Ν", "O": "ОΟ", "P": "РΡ", "S": "Ѕ", "T": "ТΤ", "X": "ХΧ", "Y": "ҮΥ", "Z": "Ζ",
    "-": "‐‑‒–—−﹣", ".": "․。", "/": "⁄∕", "@": "﹫",
}  # fmt: skip
_FOLD = {ord(twin): plain for plain, twins in _TWINS.items() for twin in twins}


# Marks that no category tells: fillers, joiners and variation selectors that leave no trace
_TRACELESS = frozenset("\u115f\u1160\u3164\uffa0\u034f\u180b\u180c\u180d\ufe00\ufe0f")


def odd(name: str) -> bool:
    """Does this name hold anything but printable ASCII?"""
    return not (name.isascii() and name.isprintable())


def is_hidden(character: str) -> bool:
    """Does this character leave no mark, or turn the text: a control, a format mark, an odd space?"""
    from unicodedata import category

    kind = category(character)
    return (kind[0] in "CZ" and character != " ") or character in _TRACELESS


def fold(text: str) -> str:
    """The text as it reads: look-alikes as the plain characters, accents and hidden ones left out."""
    if text.isascii():
        return text
    from unicodedata import combining, normalize

    plain = normalize("NFKD", text.translate(_FOLD))
    return "".join(c for c in plain if not combining(c) and not is_hidden(c)).translate(_FOLD)


def escape(text: str, most: int = 50) -> str:
    """The text for a line of a report: \\u escapes for all but printable ASCII, at most `most` characters."""
    shown = "".join(c if " " <= c <= "~" and c != "\\" else _escaped(ord(c)) for c in text[: most + 1])
    return shown if len(shown) <= most else shown[: most - 3] + "..."


def _escaped(code: int) -> str:
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
