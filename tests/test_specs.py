"""What a dependency's text asks for."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npmguard.specs import Spec, parse

COMMIT = "0123456789abcdef0123456789abcdef01234567"
KINDS = {"range", "version", "tag", "git", "url", "file", "directory", "workspace", "invalid"}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1.4.0", "version"),
        ("=1.4.0", "version"),
        ("v1.4.0", "version"),
        (" 1.4.0 ", "version"),
        ("1.4.0-rc.1+build", "version"),
        ("^1.4.0", "range"),
        ("1", "range"),
        ("1.x", "range"),
        ("*", "range"),
        ("", "range"),
        ("  ", "range"),
        (">=1 <3 || 5.x", "range"),
        ("1.0.0 - 2.0.0", "range"),
        ("latest", "tag"),
        ("next-11", "tag"),
        ("beta!", "tag"),
        ("not a tag", "invalid"),
        ("tag@1", "invalid"),
        ("^^1", "invalid"),
    ],
)
def test_what_a_registry_answers(text: str, kind: str) -> None:
    found = parse("once", text)
    assert found.kind == kind
    assert found.registry is (kind != "invalid")
    assert (found.name, found.alias, found.text) == ("once", False, text)
    assert found.range == (text.strip() or "*")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("npm:twice@^1.0.0", ("range", "twice", "^1.0.0")),
        ("npm:twice@1.4.0", ("version", "twice", "1.4.0")),
        ("npm:twice@next", ("tag", "twice", "next")),
        ("npm:twice", ("range", "twice", "*")),
        ("npm:twice@", ("range", "twice", "*")),
        ("npm:@a/twice@~2.1", ("range", "@a/twice", "~2.1")),
        ("npm:@a/twice", ("range", "@a/twice", "*")),
        ("NPM:twice@1.4.0", ("version", "twice", "1.4.0")),
        ("npm:", ("invalid", "once", None)),
        ("npm:@1.0.0", ("invalid", "once", None)),
    ],
)
def test_an_alias_stands_for_another_name(text: str, expected: tuple[str, str, str | None]) -> None:
    found = parse("once", text)
    assert (found.kind, found.name, found.range) == expected
    assert found.alias


@pytest.mark.parametrize(
    ("text", "repository", "committish"),
    [
        ("git@git.example.test:user/project.git#v1", "git.example.test/user/project", "v1"),
        ("git@github.com:user/project.git", "github.com/user/project", None),
        ("me@git.example.test:22/x", "git.example.test:22/x", None),
    ],
)
def test_without_a_name_any_host_may_be_meant(text: str, repository: str, committish: str | None) -> None:
    assert parse("", text) == Spec("git", "", text, repository=repository, committish=committish)


@pytest.mark.parametrize(
    ("text", "repository", "committish"),
    [
        ("user/project", "github.com/user/project", None),
        ("user/project#main", "github.com/user/project", "main"),
        ("user/project#feature/one", "github.com/user/project", "feature/one"),
        ("github:user/project", "github.com/user/project", None),
        ("github:user/project.git#v1.0.0", "github.com/user/project", "v1.0.0"),
        ("gitlab:group/sub/project", "gitlab.com/group/sub/project", None),
        ("bitbucket:user/project", "bitbucket.org/user/project", None),
        ("sourcehut:~user/project", "git.sr.ht/~user/project", None),
        ("gist:0123456789abcdef", "gist.github.com/0123456789abcdef", None),
        ("git@github.com:user/project.git", "github.com/user/project", None),
        ("git+ssh://git@git.example.test/user/project.git", "git.example.test/user/project", None),
        ("git+ssh://git@git.example.test:user/project.git#v1", "git.example.test/user/project", "v1"),
        ("git://git.example.test:9418/user/project.git", "git.example.test:9418/user/project", None),
        ("git+https://git.example.test:8443/user/project", "git.example.test:8443/user/project", None),
        ("git+https://git.example.test/user/project.git#v1", "git.example.test/user/project", "v1"),
        ("git+https://me:secret@git.example.test/user/project", "git.example.test/user/project", None),
        ("git+http://git.example.test/user/project.git", "git.example.test/user/project", None),
        ("git://git.example.test/user/project.git", "git.example.test/user/project", None),
        ("ssh://git@github.com/user/project.git", "github.com/user/project", None),
        ("https://github.com/user/project", "github.com/user/project", None),
        ("https://github.com/user/project.git", "github.com/user/project", None),
        ("https://github.com/user/project/tree/v1.0.0", "github.com/user/project", "v1.0.0"),
        ("https://GitHub.com/User/Project", "github.com/User/Project", None),
        ("https://gitlab.com/group/sub/project", "gitlab.com/group/sub/project", None),
        (f"github:user/project#{COMMIT}", "github.com/user/project", COMMIT),
        ("github:user/project#a%2Fb", "github.com/user/project", "a/b"),
        ("github:user/project#main::path:packages/a", "github.com/user/project", "main"),
    ],
)
def test_a_git_repository_has_one_spelling(text: str, repository: str, committish: str | None) -> None:
    assert parse("once", text) == Spec("git", "once", text, repository=repository, committish=committish)


@pytest.mark.parametrize("prefix", ["github:user/project", "git+https://git.example.test/user/project.git"])
def test_a_git_repository_may_be_asked_for_a_range(prefix: str) -> None:
    found = parse("once", f"{prefix}#semver:^1.2.0")
    assert (found.kind, found.range, found.committish) == ("git", "^1.2.0", None)


@pytest.mark.parametrize(
    ("committish", "commit"),
    [
        (COMMIT, COMMIT),
        (COMMIT.upper(), COMMIT.upper()),
        ("a" * 64, "a" * 64),
        (COMMIT[:-1], None),
        (COMMIT[:-1] + "g", None),
        ("main", None),
    ],
)
def test_only_a_whole_hash_is_a_commit(committish: str, commit: str | None) -> None:
    assert parse("once", f"github:user/project#{committish}").commit == commit
    assert parse("once", "1.4.0").commit is None


@pytest.mark.parametrize(
    "text",
    [
        "https://files.example.test/once-1.4.0.tgz",
        "http://files.example.test/once",
        "HTTPS://files.example.test/once.tgz",
        "https://github.com/user/project/archive/v1.tar.gz",
        "https://github.com/user/project/releases/download/v1/once.tgz",
        "https://gitlab.com/user/project/-/archive/v1/project.tar.gz",
    ],
)
def test_a_tarball_of_the_web(text: str) -> None:
    assert parse("once", text) == Spec("url", "once", text, location=text)


@pytest.mark.parametrize(
    ("text", "kind", "location"),
    [
        ("file:../once", "directory", "../once"),
        ("FILE:../once", "directory", "../once"),
        ("file:once-1.4.0.tgz", "file", "once-1.4.0.tgz"),
        ("file:once.tar.gz", "file", "once.tar.gz"),
        ("file:///srv/once.TAR", "file", "/srv/once.TAR"),
        ("file:/srv/once", "directory", "/srv/once"),
        ("./once", "directory", "./once"),
        ("../once.tgz", "file", "../once.tgz"),
        (".", "directory", "."),
        ("/srv/once", "directory", "/srv/once"),
        ("~/once", "directory", "~/once"),
        ("C:\\once", "directory", "C:\\once"),
        ("C:/once.tgz", "file", "C:/once.tgz"),
        ("once-1.4.0.tgz", "file", "once-1.4.0.tgz"),
        ("a/b/c", "directory", "a/b/c"),
        ("@a/b", "directory", "@a/b"),
        ("link:../once", "directory", "../once"),
    ],
)
def test_a_path(text: str, kind: str, location: str) -> None:
    assert parse("once", text) == Spec(kind, "once", text, location=location)


@pytest.mark.parametrize(("text", "range"), [("workspace:*", "*"), ("workspace:^1.0.0", "^1.0.0")])
def test_a_workspace(text: str, range: str) -> None:
    found = parse("once", text)
    assert (found.kind, found.range, found.registry) == ("workspace", range, False)


@pytest.mark.parametrize(
    "text",
    ["ftp://files.example.test/once.tgz", "javascript:alert(1)", "svn:x/y", "catalog:", "a\0b", "1" * 5000],
)
def test_nonsense_is_invalid(text: str) -> None:
    assert parse("once", text).kind == "invalid"
    assert not parse("once", text).registry


@given(st.text(), st.text())
def test_any_text_is_answered(name: str, text: str) -> None:
    found = parse(name, text)
    assert found.kind in KINDS
    assert found.text == text
    assert (found.repository is not None) is (found.kind == "git")
    assert (found.location is not None) is (found.kind in ("url", "file", "directory"))


SCHEMES = st.sampled_from(["git+ssh://", "git+https://", "https://", "git@", "github:", "file:", "npm:", ""])
PARTS = st.text(st.sampled_from("ab@:/#.[]%~^ \n\t0"), max_size=12)


@given(SCHEMES, PARTS)
def test_odd_urls_are_answered(scheme: str, rest: str) -> None:
    assert parse("once", scheme + rest).kind in KINDS


def test_hostile_texts_are_bounded() -> None:
    began = time.process_time()
    for text in (
        "a" * 4000,
        "@" * 4000,
        "git@" + "a:" * 2000,
        "a/" * 2000,
        "npm:" + "@a/" * 1300,
        "#" * 4000,
    ):
        assert parse("once", text).kind in KINDS
    assert time.process_time() - began < 5


def test_a_port_is_no_folder() -> None:
    port = parse("once", "git+ssh://git@git.example.test:2222/user/project.git").repository
    assert port == "git.example.test:2222/user/project"
    assert port != parse("once", "git+ssh://git@git.example.test/2222/user/project.git").repository
