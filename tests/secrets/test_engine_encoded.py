"""Secrets that stand encoded in a file are found, at the place of the encoded text, one level deep."""

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.fakes import filled

from npmguard.secrets import encoded, scan, sourcemaps
from npmguard.secrets.engine import engine
from npmguard.secrets.shape import Match

SECRET = filled("ghp_{alnum:30}{crc}")
OTHER = filled("ghp_{alnum:30}{crc}", 2)
TEXT = f"# settings of the build\nGITHUB_TOKEN={SECRET}\nNAME=ü/?>~\n".encode()


def only(data: bytes, path: str = "lib/a.js") -> Match:
    (match,) = scan(data, path)
    assert match.detector == "github-personal-token"
    assert match.confidence == "high"
    assert match.redacted == f"{SECRET[:4]}… (40 characters)"
    return match


# -- base64


@pytest.mark.parametrize(
    "before", ["", "data:text/plain;base64,", 'const x = "', "KEY=", "Basic ", "x: \n  "]
)
@pytest.mark.parametrize("after", ["", '";', "\n", " "])
@pytest.mark.parametrize("shift", range(3))
def test_in_base64(before: str, after: str, shift: int) -> None:
    text = b"#" * shift + TEXT
    for code in (base64.b64encode(text), base64.urlsafe_b64encode(text), base64.b64encode(text).rstrip(b"=")):
        data = before.encode() + code + after.encode()
        match = only(data)
        assert match.within == "base64"
        first = text.index(SECRET.encode())  # four characters are three bytes
        assert match.start - len(before) == first * 4 // 3
        assert match.end - len(before) == -(-(first + len(SECRET)) * 4 // 3)


@pytest.mark.parametrize("line", ["\n", "\r\n", "\n    ", "\\n", "\\r\\n"])
def test_in_base64_of_several_lines(line: str) -> None:
    text = b"-" * 33 + b"\n" + TEXT[TEXT.index(b"=") :]
    code = base64.b64encode(text).decode()
    data = "key: |\n  " + line.join(code[at : at + 76] for at in range(0, len(code), 76)) + "\n"
    match = only(data.encode())
    assert match.within == "base64"
    assert line in data[match.start : match.end]
    first = text.index(SECRET.encode())
    assert data[match.start : match.end].replace(line, "") == code[first * 4 // 3 : -(-(first + 40) * 4 // 3)]


def test_what_is_decoded_is_not_decoded_again() -> None:
    twice = base64.b64encode(base64.b64encode(TEXT) + b"\n")
    assert scan(twice, "a") == []


def test_a_secret_in_plain_sight_is_not_told_twice() -> None:
    jwt = filled("{jwt}")
    data = f"a={SECRET}&b={quote(SECRET + '/')} {jwt}".encode()
    assert [match.within for match in scan(data, "a") if match.detector == "github-personal-token"] == [
        None,
        None,
    ]


@pytest.mark.parametrize("code", [b"A" * 100, b"/" * 200, b"abcd" * 50, bytes(range(65, 91)) * 5])
def test_what_is_no_text_in_base64_is_left_alone(code: bytes) -> None:
    assert scan(code, "a") == []
    assert list(encoded.texts(b"x " + code, {}, 0)) == []


@given(st.binary(max_size=200), st.text("ABCDIJKabcdef0123456789+/-_=\\n\n %", max_size=200))
def test_nothing_breaks_it(junk: bytes, text: str) -> None:
    data = junk + base64.b64encode(TEXT)[:70] + text.encode() + junk
    for match in scan(data, "a"):
        assert 0 <= match.start <= match.end <= len(data)


# -- URL encoding


@pytest.mark.parametrize(
    "before", ["token%3D", "%22", "%20", "%0A", "https://host.example/?u=%2f", "a%zz%3d%", "%3D%ff"]
)
@pytest.mark.parametrize("after", ["", "%22", "%0D%0A", "%"])
def test_in_url_encoding(before: str, after: str) -> None:
    if before.endswith("%"):
        before += "3D"
    data = f"x = '{before}{SECRET}{after}' ".encode()
    match = only(data)
    assert data[match.start : match.end] == SECRET.encode()


def test_in_url_encoding_of_everything() -> None:
    code = "".join(f"%{byte:02X}" for byte in f" {SECRET} ".encode())
    match = only(f'x = "{code}"'.encode())
    assert match.within == "URL encoding"
    assert (match.start, match.end) == (5 + 3, 5 + 3 + 120)


# -- UTF-16


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("before", ["", "ü€𝄞\n", "\ud800"])
def test_in_utf_16(name: str, before: str) -> None:
    mark = "\ufeff".encode(name)
    data = mark + f"{before}TOKEN={SECRET}\r\n".encode(name, "surrogatepass")
    match = only(data, ".env")
    assert match.within is None
    assert data[match.start : match.end] == SECRET.encode(name)


def test_a_file_that_only_begins_like_utf_16_breaks_nothing() -> None:
    assert scan(b"\xff\xfe", "a") == []
    assert scan(b"\xfe\xff\x00", "a") == []
    assert scan(b"\xff\xfe\0\0" + TEXT.decode().encode("utf-32-le"), "a") == []


# -- source maps


def source_map(*contents: str | None, **more: object) -> str:
    names = [f"../src/{number}.ts" for number in range(len(contents))]
    return json.dumps(
        {"version": 3, "sources": names, "sourcesContent": contents, "names": [], "mappings": "AAAA", **more}
    )


def test_in_the_sources_of_a_map() -> None:
    data = source_map("export {}\n", None, f'\tconst ü = "𝄞";\nuse(\n{SECRET}\n)\n').encode()
    match = only(data, "dist/a.js.map")
    assert match.within == "sourcesContent of ../src/2.ts"
    assert data[match.start : match.end] == SECRET.encode()


def test_in_the_sources_of_a_map_that_is_not_escaped_as_usual() -> None:
    text = json.dumps("é\ud83d\ude00\n/", ensure_ascii=True)[1:-1] + f"\\u000a\\/{SECRET}\\u0020"
    data = source_map("X").replace('"X"', f'"{text}"').encode()
    match = only(data, "a.map")
    assert data[match.start : match.end] == SECRET.encode()


def test_in_the_rest_of_a_map() -> None:
    data = source_map("export {}\n", file=f"{SECRET}").encode()
    match = only(data, "a.map")
    assert match.within is None
    assert data[match.start : match.end] == SECRET.encode()


def test_a_map_without_sources_is_a_text() -> None:
    data = json.dumps({"version": 3, "sources": ["a"], "names": [SECRET], "mappings": ""}).encode()
    assert only(data, "a.map").within is None
    assert engine().look(data, "a.map").map is None


def test_in_a_map_of_sections() -> None:
    sections = [{"offset": {}, "map": json.loads(source_map("a", f"x\n{SECRET}"))} for _ in range(2)]
    sections[1]["map"]["sources"] = ["one", "two"]
    data = json.dumps({"version": 3, "sections": sections}, indent=1).encode()
    found = scan(data, "a.map")
    assert [match.within for match in found] == ["sourcesContent of ../src/1.ts", "sourcesContent of two"]
    assert {data[match.start : match.end] for match in found} == {SECRET.encode()}


def test_in_a_map_within_a_script() -> None:
    code = base64.b64encode(source_map(f"a\n{SECRET}\n").encode()).decode()
    data = f"run()\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,{code}\n".encode()
    match = only(data, "dist/a.js")
    assert match.within == "sourcesContent of ../src/0.ts"
    first = base64.b64decode(code).index(SECRET.encode())
    assert match.start - data.index(code.encode()) == first * 4 // 3


def test_in_a_map_within_a_script_in_url_encoding() -> None:
    data = f"//# sourceMappingURL=data:application/json,{quote(source_map(f'a{chr(10)}{SECRET}'))}\n".encode()
    match = only(data, "dist/a.js")
    assert match.within == "sourcesContent of ../src/0.ts"
    assert data[match.start : match.end] == SECRET.encode()


def test_which_sources_a_map_has() -> None:
    found = sourcemaps.read(source_map("ab", "", None, "üüü").encode())
    assert found
    assert [(source.name, len(source.text)) for source in found.sources] == [
        ("../src/0.ts", 2),
        ("../src/3.ts", 6),
    ]


@pytest.mark.parametrize(
    "data",
    [
        b'"sourcesContent"',
        b'{"sourcesContent": ["a',
        b'{"sourcesContent": [[["',
        b'{"sourcesContent": {}, "sourcesContent": []}',
        b'{"sourcesContent": ["\\ud800 a", "\\q"]',
        b'{"sources": ["a"], "sourcesContent": ["b" "c", 1, "d"]}',
        b'{"sources": [1], "sourcesContent": [null,,"b"]}',
        b'{"sourcesContent": ["a"]}',
    ],
)
def test_a_map_that_is_none_breaks_nothing(data: bytes) -> None:
    whole = data + b" " + SECRET.encode()
    (match,) = scan(whole, "a.map")
    assert whole[match.start : match.end] == SECRET.encode()
