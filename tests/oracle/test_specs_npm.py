"""What a dependency's text asks for, against npm's own npm-package-arg."""

import json
import posixpath
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from npmguard.specs import parse

WHERE = "/work/shop"
ASK = """
const npa = require(process.argv[1])
let text = ''
process.stdin.on('data', part => { text += part }).on('end', () => {
  const answers = JSON.parse(text).map(([name, spec]) => {
    try {
      let found = npa.resolve(name, spec, process.argv[2])
      const alias = found.type === 'alias'
      if (alias) found = found.subSpec
      const {type, fetchSpec, gitCommittish, gitRange, hosted} = found
      const place = hosted && [hosted.domain, hosted.user, hosted.project].filter(Boolean).join('/')
      return {type, alias, name: found.name, fetchSpec, gitCommittish, gitRange, place}
    } catch (error) {
      return null
    }
  })
  process.stdout.write(JSON.stringify(answers))
})
"""
Question = tuple[str, str]
Answer = tuple[str | None, ...]


def package_arg_of_npm() -> str:
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("node and npm are not installed")
    folder = Path(npm).resolve().parents[1] / "node_modules" / "npm-package-arg"
    if not folder.is_dir():
        pytest.skip("npm's own npm-package-arg is not where npm is")
    return str(folder)


def npms(questions: list[Question]) -> list[dict[str, Any] | None]:
    done = subprocess.run(
        ["node", "-e", ASK, package_arg_of_npm(), WHERE],
        input=json.dumps(questions),
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[dict[str, Any] | None] = json.loads(done.stdout)
    return found


def theirs(found: dict[str, Any] | None) -> Answer:
    """Kind, the name where a registry is asked, and what is fetched."""
    if found is None:
        return ("invalid",)
    kind = {"remote": "url"}.get(found["type"], found["type"])
    if kind in ("range", "version", "tag"):
        return (kind, found["name"], found.get("fetchSpec") or "*")
    if kind == "git":
        repository = found.get("place") or place(found["fetchSpec"])
        return (
            kind,
            repository.rstrip("/"),
            found.get("gitCommittish") or None,
            found.get("gitRange") or None,
        )
    return (kind, found["fetchSpec"])


def ours(question: Question) -> Answer:
    found = parse(*question)
    if found.kind == "invalid":
        return ("invalid",)
    if found.registry:
        return (found.kind, found.name, found.range)
    if found.kind == "git":
        return (found.kind, (found.repository or "").rstrip("/"), found.committish, found.range)
    if found.kind == "url":
        return (found.kind, found.location)
    return (found.kind, posixpath.normpath(posixpath.join(WHERE, found.location or "")).replace("//", "/"))


def place(url: str) -> str:
    """Host and path of a git URL, the host in small letters."""
    authority, slash, path = re.sub(r"^[a-z+]+://", "", url).partition("/")
    rest = authority.rpartition("@")[2] + slash + path
    found = re.fullmatch(r"([^:/]*(?::\d+(?=/))?)[:/](.*)", rest, re.DOTALL)
    if found is None:
        return rest
    return f"{found[1].lower()}/{found[2].strip('/').removesuffix('.git')}"


def disagreements(texts: list[str]) -> list[tuple[str, Answer, Answer]]:
    questions = [("once", text) for text in texts]
    pairs = [(q[1], theirs(n), ours(q)) for q, n in zip(questions, npms(questions), strict=True)]
    return [(text, npm, mine) for text, npm, mine in pairs if npm != mine]


TABLE = """
1.4.0|v1.4.0|=1.4.0| 1.4.0 |^1.4.0|~1.4|1|1.x|*|x|>=1 <3 || 5|1.0.0 - 2.0.0|1.2.3.4|01.02.03|1.0.0beta
latest|next-11|beta!|not a tag|tag@1|^^1||  |1.2.3-|>|a.b|é|a%b|-|a\\b
npm:twice@^1|npm:twice|npm:@a/twice|npm:@a/twice@1.4.0|NPM:twice@1|npm:twice@next|npm:|npm:@1|npm:twice@
npm:twice@file:x|npm:twice@a/b|npm:twice@npm:a@1|npm:twice@ ^1 |npm:twice@1.0.0 - 2.0.0|npm:twice@>1 <2
user/project|user/project#main|user/project#a/b|user/project#semver:^1|user/project#v1::path:x|user/project#
user/project#x y|user/project.git|github:user/project|github:user/project.git#v1|github:user/project#a%2Fb
github:me:secret@user/project|github:user|gitlab:a/b|gitlab:a/b/c|bitbucket:a/b|gist:0123|gist:a/0123
sourcehut:~a/b|git@github.com:a/b.git|git@github.com:a/b#semver:^1|git@gitlab.com:a/b/c.git
git+ssh://git@git.example.test/a/b.git|git+ssh://git@git.example.test:a/b.git#v1|git+ssh://git@github.com:a/b
git+https://git.example.test/a/b.git#v1|git+https://me:secret@git.example.test/a/b
git+https://git.example.test:8443/a/b|git+http://git.example.test/a/b.git|git://git.example.test/a/b.git
ssh://git@github.com/a/b.git|git+file:///srv/a.git|git+ftp://git.example.test/a|git+rsync://git.example.test/a
https://github.com/a/b|https://github.com/a/b.git|https://github.com/a/b.git#v1|https://github.com/a/b/tree/v1
https://GitHub.com/A/B|https://github.com/a/b/archive/v1.tar.gz|https://github.com/a/b/releases/download/v1/x.tgz
https://github.com/a|https://github.com/a/b?x=1|https://me:secret@github.com/a/b|https://github.com/a/b/
http://github.com/a/b|git://github.com/a/b#x|git+https://github.com/a/b.git#semver:^1.2
https://gitlab.com/a/b/c|https://gitlab.com/a/b/-/archive/v1/b.tar.gz
https://gitlab.com/a/b/repository/archive.tar.gz|git://gitlab.com/a/b|git+https://gitlab.com/a/b/c.git
https://bitbucket.org/a/b|https://bitbucket.org/a/b/get/v1.tgz|git+ssh://git@bitbucket.org/a/b.git
https://gist.github.com/a/0123|https://git.sr.ht/~a/b|https://git.sr.ht/~a/b/archive/v1.tar.gz
https://files.example.test/once.tgz|http://files.example.test/once|HTTPS://files.example.test/x|https:once
ftp://files.example.test/x.tgz|svn:x/y|catalog:|javascript:alert(1)|portal:x|a:b/c
file:../once|file:once-1.tgz|file:///srv/once.TAR|file:/srv/once|file://srv/once|file:|file:./|./once|../once.tgz
.|..|/|/srv/once|C:x|once-1.4.0.tgz|a/b/c|@a/b|once.tar|./a b|a/b.tgz|.tgz|a/b/|@/b|a b/c|a/b c|a@b/c|a/b@1
http://gitlab.com/a/b|http://bitbucket.org/a/b|https://www.github.com/a/b|https://bitbucket.org/a/b/src/x
https://gist.github.com/0123|https://gitlab.com/a/b/|git@gitlab.com:a/b/|git+https://github.com/a/b/tree/main
git@git.example.test:a/b|git@github.com/a/b|-a/b|git+ssh://git@git.example.test:2222/a/b.git
a/b#semver:^1::path:x|a/b#path:x|a/b#x::y|a/b#semver:1::semver:2|a/b#x::semver:1|a/b#::x|a/b#semver:%5E1|a/b#k:v
file:a%20b|./a%20b|github:a/b%20c|github:a/b%zz|github:a/b%ff|git+https://git.example.test/a/b#a%20b
npm:a/b|npm:npm:x@1|npm:.x@1|npm:twice.tgz|npm:a b@1|npm:-x@1|npm:twice@1@2|npm:@a/twice.tgz|npm:twice@./x
GitHub:a/b|github:/a/b|https:github.com/a/b|https:\\\\github.com/a/b|github.com/a/b|x:y@z
git@github.com:a/b/c|me:secret@github.com:a/b|git+ssh://me@github.com:22/a/b|ssh://git.example.test/a/b
file:/../once|/../once|file:///../once| file:once| npm:a@1|  https://github.com/a/b|https://files.example.test:0x/a
https://gist.github.com/a/0123/raw|git+https://git.sr.ht/~a/b|https://github.com/a/b/tree/v1#x|https://[::1]/a
"""
TEXTS = [text for line in TABLE.strip("\n").split("\n") for text in line.split("|")]


@pytest.mark.oracle
def test_a_table_of_texts() -> None:
    assert disagreements(TEXTS) == []


WORD = st.text(st.sampled_from("ab1_"), min_size=1, max_size=4) | st.sampled_from(
    ["a.b", "a-1", "a~", "x.tgz"]
)
RANGE = st.text(st.sampled_from("012.x*^~<>=|- vab"), max_size=12).map(lambda text: text.lstrip(". "))
HASH = st.sampled_from(["", "#", "#main", "#v1.0", "#a/b", "#semver:^1", "#0a", "#v1::path:x"])
HOSTS = st.sampled_from(
    [
        *(
            "github:",
            "gitlab:",
            "bitbucket:",
            "git@github.com:",
            "git@gitlab.com:",
            "git+ssh://git@github.com/",
        ),
        *("git+https://github.com/", "https://github.com/", "https://gitlab.com/", "git://github.com/"),
        *(
            "git+ssh://git@git.example.test/",
            "git+ssh://git@git.example.test:",
            "git+https://git.example.test/",
        ),
        *("https://files.example.test/", "http://files.example.test/", "git://git.example.test:99/", ""),
    ]
)
GIT = st.builds("{}u{}/{}{}{}".format, HOSTS, WORD, WORD, st.sampled_from(["", ".git"]), HASH)
ENDS = st.sampled_from(["", "/", ".tgz", ".tar.gz", ".tar", ".TGZ", ".zip"])
STARTS = st.sampled_from(["file:", "file:./", "file:../", "file:/", "file:///", "./", "../", "/", ""])
PATH = st.builds("{}{}{}".format, STARTS, st.lists(WORD, min_size=1, max_size=4).map("/".join), ENDS)
NAME = st.sampled_from(["twice", "@a/twice", "tw-ice.js"])
ALIAS = st.builds("npm:{}{}{}".format, NAME, st.sampled_from(["@", "@ "]), RANGE)


@pytest.mark.oracle
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(RANGE | GIT | PATH | ALIAS, min_size=100, max_size=250))
def test_made_up_texts(texts: list[str]) -> None:
    assert disagreements(texts) == []


BEGINNINGS = [
    *("git+ssh://", "git+https://", "git+http://", "git://", "ssh://", "https://", "http://", "https:"),
    *("git@", "me:", "me:secret@", "me@"),
]
PLACES = [
    *("github.com", "gitlab.com", "bitbucket.org", "gist.github.com", "git.sr.ht", "www.github.com"),
    "git.example.test",
]
FOLDERS = ["a", "b", "~c", "-d", "tree/v1", "get", "raw", "archive", "archive.tar.gz", "-", "e%20f"]
REFERENCES = ["a", "1.0", "semver:^1", "semver:%5E1", "path:x", "x%20y", "a/b", "k:v"]
SOUP = st.builds(
    "{}{}{}{}{}{}".format,
    st.sampled_from(BEGINNINGS),
    st.sampled_from(PLACES),
    st.sampled_from(["/", ":", ":22/", ":x/"]),
    st.lists(st.sampled_from(FOLDERS), min_size=1, max_size=5).map("/".join),
    st.sampled_from(["", ".git", ".tgz"]),
    st.just("") | st.lists(st.sampled_from(REFERENCES), max_size=3).map("::".join).map("#{}".format),
)


@pytest.mark.oracle
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(SOUP, min_size=100, max_size=250))
def test_odd_texts(texts: list[str]) -> None:
    assert disagreements(texts) == []
