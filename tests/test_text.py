"""Text from outside, on its way to a terminal."""

import json
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from npmguard.text import code, html, in_json, is_word, lines, markdown, name, one_line, plain, xml


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("once@1.4.0", "once@1.4.0"),
        ("Zürich – 東京 🙂", "Zürich – 東京 🙂"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x1b]8;;https://evil.example\x07here", "\\x1b]8;;https://evil.example\\x07here"),
        ("\x9b31m", "\\x9b31m"),  # the escape sequence in one character
        ("a\nb\r\nc\td", "a\\x0ab\\x0d\\x0ac\\x09d"),
        ("a\x00b\x08\x7f\x85", "a\\x00b\\x08\\x7f\\x85"),
        ("a\u2028b\u2029c", "a\\u2028b\\u2029c"),
        ("\u202eexe.sj", "\\u202eexe.sj"),
        ("\u2066a\u2069", "\\u2066a\\u2069"),
        ("\u200f\u061c\u200e", "\\u200f\\u061c\\u200e"),
        ("on\u200bce \u00ad\u2060\ufeff", "on\\u200bce \\xad\\u2060\\ufeff"),
        ("a\U000e0041", "a\\U000e0041"),
        ("\ud800", "\\ud800"),
        ("", ""),
    ],
)
def test_what_a_terminal_would_obey_is_written_out(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(st.text(st.characters()))
@example("".join(map(chr, range(0x100))))
@example("\ud83d\ude00")
def test_what_is_shown_is_safe(text: str) -> None:
    shown = plain(text)
    assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cs", "Zl", "Zp"}
    assert not {unicodedata.bidirectional(c) for c in shown} & {
        *("LRE", "RLE", "PDF", "LRO", "RLO"),
        *("LRI", "RLI", "FSI", "PDI"),
    }
    assert len(shown.splitlines()) <= 1
    shown.encode()
    assert plain(shown) == shown


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_ascii_stays_as_it_is(text: str) -> None:
    assert plain(text.replace("##", "#")) == text.replace("##", "#")


def test_one_line_is_one_line() -> None:
    assert one_line(" a\n\n  b\tc\u2028d\r\n ") == "a b c d"
    assert one_line("\x1b[2J\nx") == "\\x1b[2J x"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x" * 10, "x" * 10),
        ("x" * 11, "x" * 9 + "…"),
        ("aaaa aaaa aaaa", "aaaa aaaa…"),
        ("abcd     efgh", "abcd efgh"),
    ],
)
def test_what_is_long_is_cut(text: str, shown: str) -> None:
    assert one_line(text, 10) == shown


@given(st.text(), st.integers(2, 40))
def test_one_line_is_no_longer_than_it_may_be(text: str, most: int) -> None:
    assert len(one_line(text, most)) <= most


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("@scope/once", "@scope/once"),
        ("оnce", "\\u043ence"),  # a Cyrillic o
        ("once\u200b", "once\\u200b"),
        ("é🙂", "\\xe9\\U0001f642"),
        ("on\x1bce", "on\\x1bce"),
        ("on\nce", "on ce"),
        ("x" * 300, "x" * 213 + "…"),
    ],
)
def test_a_name_is_shown_in_ascii(text: str, shown: str) -> None:
    assert name(text) == shown


@pytest.mark.parametrize(
    "text", ["once", "once@1.4.0", "@scope/once@1.4.0", "a_b-c.d~e/f+g", "node_modules/x"]
)
def test_what_means_the_same_to_every_shell(text: str) -> None:
    assert is_word(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "a b", "a\nb", "a\n", "é", "a\x00"),
        *("-g", "--global", "a;b", "a|b", "a&b", "$a", "`a`", "a'", 'a"', "^1.0.0", ">=1", "a*", "a?", "(a)"),
        *("{a,b}", "~root", "!1", "#a", "a=b", "a%b", "a:b", "a\\b"),
        *("/etc", "~/x"),
    ],
)
def test_what_a_shell_or_npm_might_take_otherwise(text: str) -> None:
    assert not is_word(text)


@pytest.mark.parametrize("invisible", ["\u3164", "\u115f", "\u034f", "\U000e0100", "\U0001d173"])
def test_what_a_reader_does_not_see_is_written_out(invisible: str) -> None:
    assert plain(invisible).isascii()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("@someone", "@<!-- -->someone"),
        ("see #12 and GH-3", "see \\#<!-- -->12 and GH-<!-- -->3"),
        ("$a$", "<span>$</span>a<span>$</span>"),
        (":tada:", ":<!-- -->tada:"),
        ("10:30", "10:<!-- -->30"),  # another colon could follow
        ("a: b", "a: b"),
        ("<b>&amp;", "&lt;b>&amp;amp;"),
        ("![x](https://a.example.test)", "\\!\\[x\\]\\(https\\://a.example.test\\)"),
        ("www.a.example.test", "www\\.a.example.test"),
    ],
)
def test_markdown_acts_on_nothing(text: str, shown: str) -> None:
    assert markdown(text) == shown


@pytest.mark.parametrize(
    ("text", "cell", "shown"),
    [
        ("a|b", True, "`a\\|b`"),
        ("a|b", False, "`a|b`"),
        ("a\\|b", True, "<code>a\\\\\\|b</code>"),
        ("a`b", False, "`` a`b ``"),
        ("", True, ""),
        (" \n", False, ""),
    ],
)
def test_code_is_code_wherever_it_stands(text: str, cell: bool, shown: str) -> None:
    assert code(text, cell=cell) == shown


def test_html_is_text_between_tags_and_in_an_attribute() -> None:
    assert html("<a href='x' id=\"y\">&amp;") == "&lt;a href=&#39;x&#39; id=&quot;y&quot;&gt;&amp;amp;"
    assert html("a\nb\x1b[0m\u202e") == "a b\\x1b[0m\\u202e"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("##[add-mask]x", "#\\x23[add-mask]x"),
        ("a ##vso[task.setvariable variable=a]b", "a #\\x23vso[task.setvariable variable=a]b"),
        ("###[x]", "##\\x23[x]"),
        ("## [x] #[x] ##x", "## [x] #[x] ##x"),
    ],
)
def test_what_a_log_would_obey_is_written_out(text: str, shown: str) -> None:
    assert plain(text) == shown
    assert json.loads(in_json(json.dumps(text))) == text
    assert ("##[" in in_json(json.dumps(text))) is False


def test_no_line_of_a_page_is_a_command() -> None:
    assert lines("::error::a\n  ::debug::b\n\u00a0::c\na ::d\n:e") == (
        "\\x3a:error::a\n  \\x3a:debug::b\n\u00a0\\x3a:c\na ::d\n:e"
    )
    assert xml("::a") == "&#58;:a"
