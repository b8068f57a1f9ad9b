"""A baseline: what is known does not fail a run, and what is new does."""

import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.projects import entry, write

from npmguard import baseline
from npmguard.__main__ import main
from npmguard.audit import check
from npmguard.errors import InputError
from npmguard.model import Finding, Report
from npmguard.settings import Options

LOCAL = "insecure-transport,integrity-missing,foreign-host,non-registry-source,wildcard-range"
OFFLINE = ("--offline", "--only", LOCAL)


def bad(*names: str, host: str = "evil.example") -> dict[str, dict[str, Any]]:
    """Packages from a host that is no registry's."""
    found = {}
    for name in names:
        fields = entry(name, "1.0.0")
        url = fields["resolved"].replace("https://registry.example.test", f"https://{host}")
        found[f"node_modules/{name}"] = {**fields, "resolved": url}
    return found


def project(folder: Path, packages: dict[str, dict[str, Any]], **manifest: Any) -> Path:
    names = [key.rpartition("node_modules/")[2] for key in packages]
    return write(folder, {"dependencies": dict.fromkeys(names, "1"), **manifest}, packages)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    out, err = capsys.readouterr()
    return code, out, err


def checked(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[dict[str, Any]], list[str]]:
    """(exit code, findings, sources) of all projects."""
    code, out, err = run(capsys, "check", *words, "--format", "json", "--baseline", "known.json", *OFFLINE)
    assert err == ""
    projects = json.loads(out)["projects"]
    return code, [f for p in projects for f in p["findings"]], [s for p in projects for s in p["sources"]]


def test_only_what_is_new_fails(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project(here, bad("a", "b"))
    code, out, err = run(capsys, "baseline", "-o", "known.json", *OFFLINE)
    assert (code, out) == (0, "")
    assert err == "npmguard: known.json: 2 findings (2 high) noted as known\n"
    code, found, sources = checked(capsys)
    assert code == 0
    assert [f["suppressed"]["by"] for f in found] == ["baseline", "baseline"]
    assert sources == ["baseline: 2 findings held back by known.json"]
    project(here, bad("a", "b", "c"))
    code, found, sources = checked(capsys)
    assert code == 1
    assert [f["package"] for f in found if f["suppressed"] is None] == ["c"]
    project(here, bad("b"))
    code, found, sources = checked(capsys)
    assert (code, len(found)) == (0, 1)
    assert sources[-1] == (
        "baseline: 1 of its entries fit nothing any more; npmguard baseline -o known.json leaves them out"
    )


def test_the_file_is_one_that_people_compare(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project(here, bad("b", "a"))
    run(capsys, "baseline", "-o", "known.json", *OFFLINE)
    text = (here / "known.json").read_text()
    lines = text.split("\n")
    assert lines[:3] == ["{", '  "schema": "npmguard-baseline/1",', '  "findings": [']
    first, second = json.loads(text)["findings"]
    assert list(first) == ["fingerprint", "rule", "project", "package", "version", "title"]
    assert (first["rule"], first["project"], first["package"]) == ("foreign-host", "demo", "a")
    assert first["title"] == "a@1.0.0 is downloaded from evil.example"
    assert second["package"] == "b"
    project(here, bad("b", "a", "c"))
    run(capsys, "baseline", "-o", "known.json", *OFFLINE)
    after = (here / "known.json").read_text().split("\n")
    assert [line for line in lines if line not in after] == [lines[4]]  # the comma behind the last
    assert len(after) == len(lines) + 1
    assert run(capsys, "baseline", *OFFLINE)[1] == "\n".join(after)


def test_an_empty_baseline_is_one(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project(here, {})
    run(capsys, "baseline", "-o", "known.json", *OFFLINE)
    assert json.loads((here / "known.json").read_text())["findings"] == []
    assert checked(capsys)[0] == 0


def test_what_somebody_wrote_beside_an_entry_is_kept(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project(here, bad("a", "b"))
    run(capsys, "baseline", "-o", "known.json", *OFFLINE)
    document = json.loads((here / "known.json").read_text())
    document["findings"][0] |= {"reason": "our own mirror", "until": "2999-12-31"}
    (here / "known.json").write_text(json.dumps(document))
    _, found, _ = checked(capsys)
    assert [f["suppressed"] for f in found] == [
        {"by": "baseline", "reason": "our own mirror", "until": "2999-12-31"},
        {"by": "baseline", "reason": "known when the baseline was made", "until": None},
    ]
    run(capsys, "baseline", "-o", "known.json", *OFFLINE)
    again = json.loads((here / "known.json").read_text())["findings"]
    assert again == document["findings"]


def test_an_entry_past_its_day_holds_nothing_back(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project(here, bad("a"))
    run(capsys, "baseline", "-o", "known.json", *OFFLINE)
    document = json.loads((here / "known.json").read_text())
    document["findings"][0]["until"] = "2020-01-31"
    (here / "known.json").write_text(json.dumps(document))
    code, found, sources = checked(capsys)
    assert (code, found[0]["suppressed"]) == (1, None)
    assert sources[-1] == "baseline: 1 of its entries ended and hold back nothing any more"


def test_what_settings_hide_is_not_noted(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project(here, bad("a", "b"))
    ignore = '[[ignore]]\nrule = "foreign-host"\npackage = "a"\nreason = "ours"\n'
    (here / "npmguard.toml").write_text(ignore)
    run(capsys, "baseline", "-o", "known.json", *OFFLINE)
    noted = json.loads((here / "known.json").read_text())["findings"]
    assert [each["package"] for each in noted] == ["b"]
    run(capsys, "baseline", "--strict", "-o", "known.json", *OFFLINE)
    noted = json.loads((here / "known.json").read_text())["findings"]
    assert [each["package"] for each in noted] == ["a", "b"]
    _, found, _ = checked(capsys)
    assert [f["suppressed"]["by"] for f in found] == ["config", "baseline"]


@pytest.mark.parametrize("option", ["--strict", "--production"])
def test_it_is_the_users_and_counts_with_strict(
    here: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    project(here, bad("a"))
    run(capsys, "baseline", "-o", "known.json", *OFFLINE)
    assert checked(capsys, option)[0] == 0


def test_many_are_known_one_by_one(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"p{number}" for number in range(8)]
    project(here, bad(*names))
    run(capsys, "baseline", "-o", "known.json", *OFFLINE)
    noted = json.loads((here / "known.json").read_text())["findings"]
    assert [each["package"] for each in noted] == names
    assert len({each["title"] for each in noted}) == 1
    code, found, _ = checked(capsys)
    assert (code, len(found), found[0]["package"]) == (0, 1, None)
    # fewer of them are findings of their own, and still known
    project(here, bad(*names[:3]))
    code, found, _ = checked(capsys)
    assert (code, len(found)) == (0, 3)
    # one more of them is new, though the finding of them all is the same
    project(here, bad(*names, "q"))
    code, found, _ = checked(capsys)
    assert (code, found[0]["suppressed"]) == (1, None)


def test_several_projects_share_a_file(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project(here / "one", bad("a"), name="one")
    project(here / "two", bad("a"), name="two")
    run(capsys, "baseline", "one", "-o", "known.json", *OFFLINE)
    code, found, _ = checked(capsys, "one", "two")
    assert code == 1
    assert [f["suppressed"] is None for f in found] == [False, True]
    run(capsys, "baseline", "one", "two", "-o", "known.json", *OFFLINE)
    assert checked(capsys, "one", "two")[0] == 0
    # of a project that is not looked at nothing is said
    assert checked(capsys, "one")[2] == ["baseline: 1 finding held back by known.json"]


def test_an_incomplete_look_is_no_whole_baseline(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project(here, bad("a"))
    only = ("--offline", "--only", "foreign-host,advisory")
    code, _, err = run(capsys, "baseline", "-o", "known.json", *only)
    assert code == 3
    assert err == (
        "npmguard: known.json: 1 finding (1 high) noted as known; "
        "1 answer missing, so that more may turn up as new\n"
    )
    assert run(capsys, "baseline", "-o", "known.json", "--allow-incomplete", "-q", *only)[::2] == (0, "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "known.json: cannot be read: No such file or directory"),
        ("", "known.json: the file is empty"),
        ('{\n"schema": }', "known.json:2: "),
        ("[]", "known.json:1: no baseline of npmguard (npmguard-baseline/1)"),
        ('{"schema": "npmguard-report/1"}', "known.json:1: no baseline of npmguard (npmguard-baseline/1)"),
        ('{"schema": "npmguard-baseline/1"}', "known.json:1: findings is not a list"),
        ([1], "known.json:3: a finding is not an object"),
        ([{"rule": "x"}], "known.json:4: fingerprint of a finding is not text"),
        ([{"fingerprint": 1}], "known.json:4: fingerprint of a finding is not text"),
        (
            [{"fingerprint": "a", "rule": "x", "title": "t", "untill": "2027-01-31"}],
            "known.json:4: unknown key 'untill' of a finding; did you mean until?",
        ),
        (
            [{"fingerprint": "a", "rule": "x", "title": "t", "until": "soon"}],
            "known.json:4: until 'soon' is not a date such as 2027-01-31",
        ),
    ],
    ids=str,
)
def test_what_is_no_baseline_is_2(
    here: Path, capsys: pytest.CaptureFixture[str], text: str | list[Any] | None, reason: str
) -> None:
    project(here, bad("a"))
    if isinstance(text, list):
        rows = ",\n".join(map(json.dumps, text))
        text = f'{{\n"schema": "npmguard-baseline/1",\n"findings": [\n{rows}\n]}}'
    if text is not None:
        (here / "known.json").write_text(text)
    code, out, err = run(capsys, "check", "--baseline", "known.json", *OFFLINE)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"npmguard: {reason}")
    if text is not None:  # and it is not written over, either
        assert run(capsys, "baseline", "-o", "known.json", *OFFLINE)[0] == 2
        assert (here / "known.json").read_text() == text


def test_reading_takes_what_was_written(here: Path) -> None:
    project(here, bad("a", "b\u202e"))
    report = check([here], Options(offline=True, only=tuple(LOCAL.split(","))))
    text = baseline.render(report)
    (here / "known.json").write_text(text)
    found = baseline.read("known.json")
    assert len(found.entries) == 2
    assert baseline.render(report, found) == text
    assert baseline.render(held(report, found)) == text


def held(report: Report, known: baseline.Baseline) -> Report:
    ran = [frozenset[str]() for _ in report.projects]
    return report._replace(projects=tuple(known.hold(report.projects, ran)))


def test_a_broken_file_is_an_input_error(here: Path) -> None:
    with pytest.raises(InputError):
        baseline.read("gone.json")


# -- fingerprints

USUAL = "registry.example.test"
NAMES = [f"dep-{letter}" for letter in "abcdefghij"]
PACKAGES = st.dictionaries(
    st.sampled_from(NAMES),
    st.fixed_dictionaries(
        {},
        optional={
            "host": st.sampled_from(["evil.example", "other.example"]),
            "plain": st.just(True),
            "bare": st.just(True),
            "dev": st.just(True),
        },
    ),
    max_size=len(NAMES),
)


def written(folder: Path, wants: dict[str, Any], order: Iterable[str], indent: int | None) -> Path:
    """A project of those packages, in that order, laid out in one of many ways."""
    packages: dict[str, dict[str, Any]] = {}
    for name in order:
        fields = entry(name, "1.0.0", **({"dev": True} if wants[name].get("dev") else {}))
        url = fields["resolved"].replace(
            "registry.example.test", wants[name].get("host", "registry.example.test")
        )
        fields["resolved"] = url.replace("https:", "http:") if wants[name].get("plain") else url
        if wants[name].get("bare"):
            del fields["integrity"]
        packages[f"node_modules/{name}"] = fields
    asks = {
        "dependencies": {key[13:]: "1" for key, fields in packages.items() if not fields.get("dev")},
        "devDependencies": {key[13:]: "1" for key, fields in packages.items() if fields.get("dev")},
    }
    write(folder, asks, packages)
    lock = folder / "package-lock.json"
    lock.write_text("\n" * 3 + json.dumps(json.loads(lock.read_text()), indent=indent))
    return folder


def found_in(folder: Path) -> Report:
    return check([folder], Options(offline=True, only=tuple(LOCAL.split(","))))


def about(report: Report, name: str) -> set[tuple[str, str]]:
    """(rule, fingerprint) of what is found about one package, alone or among others."""
    (each,) = report.projects
    return {
        (finding.rule, part)
        for finding in each.findings
        for part, package, _ in baseline._parts(finding, each)
        if package == name
    }


@settings(max_examples=40, deadline=None)
@given(PACKAGES, st.integers(), st.sampled_from([None, 1, 4]))
def test_moved_lines_and_renamed_folders_leave_them_alone(
    tmp_path_factory: pytest.TempPathFactory, wants: dict[str, Any], seed: int, indent: int | None
) -> None:
    folder = tmp_path_factory.mktemp("p")
    mixed = random.Random(seed).sample(sorted(wants), len(wants))
    one = found_in(written(folder / "one", wants, sorted(wants), 2))
    other = found_in(written(folder / "apps" / "zwei", wants, mixed, indent))
    assert fingerprints(one) == fingerprints(other)
    assert baseline.render(one) == baseline.render(other)


def fingerprints(report: Report) -> list[str]:
    return sorted(finding.fingerprint for finding in report.projects[0].findings)


@settings(max_examples=40, deadline=None)
@given(PACKAGES, PACKAGES)
def test_other_findings_that_come_and_go_leave_them_alone(
    tmp_path_factory: pytest.TempPathFactory, wants: dict[str, Any], others: dict[str, Any]
) -> None:
    folder = tmp_path_factory.mktemp("p")
    one = found_in(written(folder / "one", wants, wants, 2))
    both = {**others, **wants}
    other = found_in(written(folder / "two", both, both, 2))
    for name in wants:
        assert about(one, name) == about(other, name)
    # and so what is known stays held back, and nothing else is
    known = baseline.Baseline("known.json", {e.fingerprint: e for e in baseline._entries(one.projects[0])})
    (after,) = known.hold(other.projects, [frozenset()])
    for finding in after.findings:
        assert (finding.suppressed is None) is bool(packages(finding, after) - wants.keys()), finding


def packages(finding: Finding, report: Any) -> set[str | None]:
    return {package for _, package, _ in baseline._parts(finding, report)}
