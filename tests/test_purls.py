"""Package URLs, and which part of an address may be shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL

from npmguard.model import Package, Source
from npmguard.origins import default_registry
from npmguard.purls import address, is_web, of, purl, registry

SUM = "sha512-" + "A" * 86 + "=="
HEX = "0" * 128


@pytest.mark.parametrize(
    ("name", "version", "expected"),
    [
        ("lodash", "4.17.21", "pkg:npm/lodash@4.17.21"),
        ("@scope/tool", "1.0.0", "pkg:npm/%40scope/tool@1.0.0"),
        ("JSONStream", "1.3.5", "pkg:npm/JSONStream@1.3.5"),
        ("a", "1.0.0+build.1", "pkg:npm/a@1.0.0%2Bbuild.1"),
        ("a", None, "pkg:npm/a"),
        ("a", "", "pkg:npm/a"),
        ("@scope", "1.0.0", "pkg:npm/%40scope@1.0.0"),
        ("a?b#c d", "1/2", "pkg:npm/a%3Fb%23c%20d@1%2F2"),
        ("é", "1.0.0", "pkg:npm/%C3%A9@1.0.0"),
        ("\ud800", "1.0.0", "pkg:npm/%3F@1.0.0"),
    ],
)
def test_a_purl(name: str, version: str | None, expected: str) -> None:
    assert purl(name, version) == expected


def test_qualifiers_are_sorted_and_escaped() -> None:
    found = purl("a", "1.0.0", {"vcs_url": "git+ssh://git@git.example.test/a#b", "checksum": "", "b": "c&d"})
    assert found == "pkg:npm/a@1.0.0?b=c%26d&vcs_url=git%2Bssh://git%40git.example.test/a%23b"


PART = st.text("abz09-._~ %/?#&=+@é:", min_size=1, max_size=12).filter(lambda text: text.strip(" /.") == text)


@given(PART, PART, PART)
def test_the_standard_library_reads_the_same_back(name: str, version: str, value: str) -> None:
    name = name.replace("/", "").lstrip("@").strip(" .") or "a"
    found = PackageURL.from_string(purl(name, version, {"download_url": value}))
    assert found.name == name.lower()
    assert found.version == version
    assert found.qualifiers == {"download_url": value}


HOST = "https://npm.corp.example"


@pytest.mark.parametrize(
    ("source", "resolved", "integrity", "expected"),
    [
        (Source.REGISTRY, None, None, ""),
        (Source.REGISTRY, f"{default_registry()}a/-/a-1.0.0.tgz", SUM, ""),
        (Source.REGISTRY, f"{HOST}/a/-/a-1.0.0.tgz", SUM, f"?repository_url={HOST}"),
        (
            Source.REGISTRY,
            f"{HOST}:8443/repo/npm/a/-/a-1.0.0.tgz",
            None,
            f"?repository_url={HOST}:8443/repo/npm",
        ),
        (Source.REGISTRY, f"{HOST}/download/a/1.0.0/abc", None, f"?repository_url={HOST}"),
        (Source.REGISTRY, "https://me:secret@npm.corp.example/a/-/a.tgz", None, f"?repository_url={HOST}"),
        (Source.REGISTRY, "a-1.0.0.tgz", None, ""),
        (
            Source.GIT,
            "git+ssh://git@git.example.test/a.git#0123",
            None,
            "?vcs_url=git%2Bssh://git%40git.example.test/a.git%230123",
        ),
        (
            Source.GIT,
            "https://git.example.test/a.git#01",
            None,
            "?vcs_url=https://git.example.test/a.git%2301",
        ),
        (Source.GIT, None, None, ""),
        (Source.URL, f"{HOST}/a.tgz?token=secret", SUM, f"?checksum=sha512:{HEX}&download_url={HOST}/a.tgz"),
        (Source.FILE, "file:lib/a.tgz", None, "?download_url=file:lib/a.tgz"),
        (Source.WORKSPACE, None, None, ""),
    ],
)
def test_where_it_is_from(source: Source, resolved: str | None, integrity: str | None, expected: str) -> None:
    found = of(Package("a", "a", "1.0.0", source, resolved, integrity))
    assert found == f"pkg:npm/a@1.0.0{expected}"


def test_the_registry_of_a_scoped_name() -> None:
    assert registry(f"{HOST}/npm/@scope/a/-/a-1.0.0.tgz") == f"{HOST}/npm"
    assert registry(f"{HOST}/npm/@scope%2fa/-/a-1.0.0.tgz") == f"{HOST}/npm"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://npm.corp.example/a.tgz", "https://npm.corp.example/a.tgz"),
        ("https://me:secret@npm.corp.example/a.tgz", "https://npm.corp.example/a.tgz"),
        ("https://secret@npm.corp.example/a.tgz", "https://npm.corp.example/a.tgz"),
        ("https://a@b@npm.corp.example/a.tgz", "https://npm.corp.example/a.tgz"),
        ("https://npm.corp.example/a.tgz?X-Amz-Signature=secret#x", "https://npm.corp.example/a.tgz"),
        ("git+ssh://git@git.example.test/a.git", "git+ssh://git@git.example.test/a.git"),
        ("git+ssh://git:secret@git.example.test/a.git", "git+ssh://git.example.test/a.git"),
        ("git+https://secret@git.example.test/a.git", "git+https://git.example.test/a.git"),
        ("https:me:secret@npm.corp.example/a.tgz", None),
        ("https://[::1]:80/a", "https://[::1]:80/a"),
        ("https://[::1/a", None),
        ("https://a b/c", None),
        ('https://a/b c<>"`{}\n\ud800é', "https://a/b%20c%3C%3E%22%60%7B%7D%3F%C3%A9"),
        ("https://a/%zz%41", "https://a/%25zz%41"),
        ("no url", None),
        ("", None),
        ("https://a/" + "b" * 5000, None),
    ],
)
def test_what_may_be_shown_of_an_address(url: str, expected: str | None) -> None:
    assert address(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://github.com/advisories/GHSA-p6mc-m468-83gw", True),
        ("https://a.example.test/b?c=d#e", True),
        ("http://a.example.test", True),
        ("javascript:alert(1)", False),
        ("https://a/<script>", False),
        ("https://a/b c", False),
        ("https://a/\u202e", False),
        ("https://", False),
        ("//evil.example.test/x", False),
        ("", False),
    ],
)
def test_what_is_a_web_page(url: str, expected: bool) -> None:
    assert is_web(url) is expected
