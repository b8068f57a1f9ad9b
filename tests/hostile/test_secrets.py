"""Texts made to make the search for secrets slow, or to break it."""

import base64
import random
import time

import pytest
from support.fakes import filled
from support.searchers import engines

from npmguard.secrets.detectors import catalogue
from npmguard.secrets.engine import Engine

MEGABYTE = 1_000_000
SECRET = filled("ghp_{alnum:30}{crc}").encode()
NOISE = random.Random(1).randbytes(MEGABYTE)
ENGINES = engines(catalogue())
del ENGINES["everywhere"]

TEXTS = {
    "one letter": b"a" * MEGABYTE,
    "digits": b"0123456789" * (MEGABYTE // 10),
    "blanks": b" " * MEGABYTE,
    "line ends": b"\n" * MEGABYTE,
    "zeros": b"\0" * MEGABYTE,
    "noise": NOISE,
    "base64 of noise": base64.b64encode(NOISE),
    "base64 of text": base64.b64encode(b"the quick brown fox\n" * (MEGABYTE // 27)),
    "base64 of base64": base64.b64encode(base64.b64encode(b"the quick brown fox\n" * (MEGABYTE // 36))),
    "beginnings of base64": b"VGhlIHF1aWNrIGJyb3duIGZveCBq." * (MEGABYTE // 29),
    "a name and a sign": b"api_key=" * (MEGABYTE // 8),
    "names": b"token secret password api_key " * (MEGABYTE // 30),
    "quotes": b"\"'" * (MEGABYTE // 2),
    "names in quotes": b"password='" * (MEGABYTE // 10),
    "escapes": b"%3D%3d" * (MEGABYTE // 6),
    "broken escapes": b"%%3" * (MEGABYTE // 3),
    "backslashes": b"\\" * MEGABYTE,
    "a token's beginning": b"ghp_" * (MEGABYTE // 4),
    "tokens that are none": b"ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa " * (MEGABYTE // 41),
    "tokens": (SECRET + b" ") * (MEGABYTE // 41),
    "key headers": b"-----BEGIN RSA PRIVATE KEY-----\n" * (MEGABYTE // 32),
    "a key without end": b"-----BEGIN RSA PRIVATE KEY-----\n" + b"MIIE" * (MEGABYTE // 4),
    "URLs": b"https://user:" * (MEGABYTE // 13),
    "URLs with much before the @": b"postgres://a:" + b"b:" * (MEGABYTE // 2),
    "token parts": b"eyJhbGciOiJIUzI1NiJ9." * (MEGABYTE // 21),
    "minified": b"a.b=function(c,d){return c.key=d,e(f)},g.token||h('i');" * (MEGABYTE // 55),
    "half of UTF-16": b"\xff\xfe" + b"a\0" * (MEGABYTE // 2) + b"a",
    "a map that does not end": b'{"sourcesContent":["' + b'\\"' * (MEGABYTE // 2),
    "lists of a map": b'"sourcesContent":["a",' * (MEGABYTE // 22),
    "nothing in a map's list": b'{"sourcesContent":[' + b"null," * (MEGABYTE // 5),
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("engine", ENGINES)
def test_it_takes_time_by_the_megabyte(engine: str, name: str) -> None:
    look = ENGINES[engine].look
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
    look = ENGINES[engine].look
    slowest = b"".join(text[:8000] for text in TEXTS.values()).replace(b"\n", b" ").replace(b"\0", b"")

    def seconds(text: bytes) -> float:
        before = time.process_time()
        look(text, "a.js")
        return time.process_time() - before

    seconds(slowest)
    short = min(seconds(slowest) for _ in range(3))
    assert seconds(slowest * 8) < 8 * 3 * short + 0.2


@pytest.mark.parametrize("name", TEXTS)
def test_either_searcher_comes_to_the_same(name: str) -> None:
    text = TEXTS[name][:100_000] + b"\n" + SECRET + b"\n"
    path = "a.map" if "map" in name else "a.js"
    results = [engine.look(text, path) for engine in ENGINES.values()]
    assert all(result == results[0] for result in results)


@pytest.mark.parametrize("name", ["one letter", "blanks", "names", "quotes", "minified", "base64 of noise"])
def test_a_secret_is_found_in_the_midst_of_it(name: str) -> None:
    text = TEXTS[name][:500_000] + b" " + SECRET + b" " + TEXTS[name][:500_000]
    for engine in ENGINES.values():
        assert [
            m.start for m in engine.look(text, "a.js").matches if m.detector == "github-personal-token"
        ] == [text.index(SECRET)]


def test_the_engine_keeps_nothing_of_a_text() -> None:
    engine: Engine = ENGINES["plain"]
    first = engine.look(b"token=" + SECRET, "a")
    engine.look(b"\xff" * 1000, "b")
    assert engine.look(b"token=" + SECRET, "a") == first
