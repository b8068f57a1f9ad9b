"""Texts made to make the search for secrets slow, or to break it."""

import base64
import random
import time

import pytest
from support.fakes import filled
from support.searchers import whole

from npmguard.secrets.engine import Engine

SIZE = 200_000
SECRET = filled("ghp_{alnum:30}{crc}").encode()
NOISE = random.Random(1).randbytes(SIZE)
ENGINES = ("hyperscan", "plain")


def searching(name: str) -> Engine:
    if name not in whole():
        pytest.skip("hyperscan is not installed")
    return whole()[name]


TEXTS = {
    "one letter": b"a" * SIZE,
    "digits": b"0123456789" * (SIZE // 10),
    "blanks": b" " * SIZE,
    "line ends": b"\n" * SIZE,
    "zeros": b"\0" * SIZE,
    "noise": NOISE,
    "base64 of noise": base64.b64encode(NOISE),
    "base64 of text": base64.b64encode(b"the quick brown fox\n" * (SIZE // 27)),
    "base64 of base64": base64.b64encode(base64.b64encode(b"the quick brown fox\n" * (SIZE // 36))),
    "beginnings of base64": b"VGhlIHF1aWNrIGJyb3duIGZveCBq." * (SIZE // 29),
    "a name and a sign": b"api_key=" * (SIZE // 8),
    "names": b"token secret password api_key " * (SIZE // 30),
    "quotes": b"\"'" * (SIZE // 2),
    "names in quotes": b"password='" * (SIZE // 10),
    "escapes": b"%3D%3d" * (SIZE // 6),
    "broken escapes": b"%%3" * (SIZE // 3),
    "backslashes": b"\\" * SIZE,
    "a token's beginning": b"ghp_" * (SIZE // 4),
    "tokens that are none": b"ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa " * (SIZE // 41),
    "tokens": (SECRET + b" ") * (SIZE // 41),
    "key headers": b"-----BEGIN RSA PRIVATE KEY-----\n" * (SIZE // 32),
    "a key without end": b"-----BEGIN RSA PRIVATE KEY-----\n" + b"MIIE" * (SIZE // 4),
    "URLs": b"https://user:" * (SIZE // 13),
    "URLs with much before the @": b"postgres://a:" + b"b:" * (SIZE // 2),
    "token parts": b"eyJhbGciOiJIUzI1NiJ9." * (SIZE // 21),
    "minified": b"a.b=function(c,d){return c.key=d,e(f)},g.token||h('i');" * (SIZE // 55),
    "half of UTF-16": b"\xff\xfe" + b"a\0" * (SIZE // 2) + b"a",
    "a map that does not end": b'{"sourcesContent":["' + b'\\"' * (SIZE // 2),
    "lists of a map": b'"sourcesContent":["a",' * (SIZE // 22),
    "nothing in a map's list": b'{"sourcesContent":[' + b"null," * (SIZE // 5),
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("engine", ENGINES)
def test_it_takes_a_second_or_two_at_most(engine: str, name: str) -> None:
    look = searching(engine).look
    text = TEXTS[name]
    path = "a.map" if "map" in name else "a.js"
    look(text[:2000], path)  # compiles what is needed
    before = time.process_time()
    look(text, path)
    assert time.process_time() - before < 8, (
        "a text takes a second or two at most, on a slow machine some more"
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_twice_the_text_takes_twice_the_time(engine: str) -> None:
    """Not four times: the worst of all texts, in one line and eight times as long."""
    look = searching(engine).look
    slowest = b"".join(text[:2000] for text in TEXTS.values()).replace(b"\n", b" ").replace(b"\0", b"")

    def seconds(text: bytes) -> float:
        before = time.process_time()
        look(text, "a.js")
        return time.process_time() - before

    seconds(slowest)
    short = min(seconds(slowest) for _ in range(3))
    assert seconds(slowest * 8) < 8 * 3 * short + 0.2


@pytest.mark.parametrize("name", TEXTS)
def test_either_searcher_comes_to_the_same(name: str) -> None:
    text = TEXTS[name][:50_000] + b"\n" + SECRET + b"\n"
    path = "a.map" if "map" in name else "a.js"
    results = [searching(engine).look(text, path) for engine in ENGINES]
    assert all(result == results[0] for result in results)


@pytest.mark.parametrize("name", ["one letter", "blanks", "names", "quotes", "minified", "base64 of noise"])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_secret_is_found_in_the_midst_of_it(engine: str, name: str) -> None:
    text = TEXTS[name][:100_000] + b" " + SECRET + b" " + TEXTS[name][:100_000]
    matches = searching(engine).look(text, "a.js").matches
    assert [m.start for m in matches if m.detector == "github-personal-token"] == [text.index(SECRET)]


def test_the_engine_keeps_nothing_of_a_text() -> None:
    engine = searching("plain")
    first = engine.look(b"token=" + SECRET, "a")
    engine.look(b"\xff" * 1000, "b")
    assert engine.look(b"token=" + SECRET, "a") == first
