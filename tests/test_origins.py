import pytest
from hypothesis import given
from hypothesis import strategies as st

from npmguard.origins import Origin, is_loopback, read


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        (
            "https://registry.example.test/once/-/once-1.4.0.tgz",
            Origin("https", "registry.example.test", "once", "1.4.0"),
        ),
        (
            "https://registry.example.test/@types/node/-/node-20.1.0.tgz",
            Origin("https", "registry.example.test", "@types/node", "20.1.0"),
        ),
        (
            "https://registry.example.test/@types%2fnode/-/node-20.1.0.tgz",
            Origin("https", "registry.example.test", "@types/node", "20.1.0"),
        ),
        # a company's registry under a path, and one that repeats the scope in the file's folder
        (
            "https://npm.corp.example/api/npm/all/once/-/once-1.4.0.tgz?x=1",
            Origin("https", "npm.corp.example", "once", "1.4.0"),
        ),
        (
            "https://git.corp.example/api/packages/npm/@a/b/-/@a/b-1.0.0.tgz",
            Origin("https", "git.corp.example", "@a/b", "1.0.0"),
        ),
        # another package's file in this one's folder
        ("https://r.example/once/-/left-pad-1.3.0.tgz", Origin("https", "r.example", "left-pad-1.3.0", None)),
        ("https://r.example/x.tgz", Origin("https", "r.example")),
        (
            "https://registry.example.test@evil.example/a/-/a-1.0.0.tgz",
            Origin("https", "evil.example", "a", "1.0.0"),
        ),
        ("https://REGISTRY.example.test./a", Origin("https", "registry.example.test")),
        ("https://registry.example.test\\@evil.example/a", Origin("", "")),
        ("https://evil.example\n.registry.example.test/", Origin("", "")),
        ("https://registry。example/a", Origin("", "")),
        ("https://[::1/a", Origin("", "")),
    ],
)
def test_what_a_url_says(url: str, origin: Origin) -> None:
    assert read(url) == origin


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    read(text)


def test_loopback() -> None:
    assert is_loopback("localhost")
    assert is_loopback("127.0.0.9")
    assert not is_loopback("example.test")
