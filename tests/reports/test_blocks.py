"""One block for one thing to do."""

from typing import Any

from npmguard.model import Finding, Fix, Plan, ProjectReport, Severity, Step, Suppressed
from npmguard.reports.blocks import blocks, in_words, tasks, via

HIGH, LOW = Severity.HIGH, Severity.LOW


def finding(package: str | None, severity: Severity = HIGH, **fields: Any) -> Finding:
    found = Finding("advisory", severity, "T", "D", package=package, version="1.0.0" if package else None)
    return found._replace(**fields)


def report(*findings: Finding, plan: Plan | None = None) -> ProjectReport:
    return ProjectReport(".", "shop", "1.0.0", "npm", None, None, 1, findings, (), plan=plan)


def upgrade(to: str) -> Fix:
    return Fix("upgrade", to, f"npm install a@{to}")


def test_ten_advisories_that_one_upgrade_mends_are_one_block() -> None:
    many = [finding("a", fix=upgrade(f"1.{number}.0"), subject=str(number)) for number in range(10)]
    (block,) = blocks(many)
    assert block.findings == tuple(many)
    assert block.fix == upgrade("1.9.0")
    assert block.mends == 10
    assert block.fixes[0] == "npm install a@1.9.0"


def test_the_latest_version_is_no_reason_to_go_that_far() -> None:
    behind = finding("a", LOW, rule="outdated", fix=upgrade("9.0.0"))
    (block,) = blocks([finding("a", fix=upgrade("1.0.1")), behind])
    assert block.fix == upgrade("1.0.1")
    assert block.mends == 1


def test_the_worst_first_and_what_is_hidden_not_at_all() -> None:
    hidden = finding("a", Severity.CRITICAL, suppressed=Suppressed("config", "r"))
    found = blocks([finding("b", LOW), finding(None, HIGH), finding("c", HIGH), hidden, finding(None, HIGH)])
    assert [(b.package, b.severity) for b in found] == [("c", HIGH), (None, HIGH), (None, HIGH), ("b", LOW)]


def test_the_dependencies_that_bring_it() -> None:
    paths = (("shop", "web", "top@1.0.0", "a@1.0.0"), ("shop", "@s/other@2.0.0", "x@1.0.0", "a@1.0.0"))
    assert via([finding("a", paths=paths)]) == ("top@1.0.0", "@s/other@2.0.0")
    assert via([finding("a", paths=(("shop", "a@1.0.0"),))]) == ()
    assert blocks([finding("a", paths=paths)])[0].via == ("top@1.0.0", "@s/other@2.0.0")
    assert blocks([finding("a", paths=paths, direct=True)])[0].via == ()


def test_an_attack_is_dealt_with_first_though_there_is_no_command_for_it() -> None:
    malware = finding("evil", rule="malware", fix=Fix("remove"))
    first, second = tasks(report(finding("a", Severity.CRITICAL, fix=upgrade("1.0.1")), malware))
    assert (first.command, first.words) == (None, "remove evil")
    assert second.command == "npm install a@1.0.1"


def test_the_plan_says_what_to_do_where_there_is_one() -> None:
    step = Step("upgrade", "top", "1.0.0", "1.1.0", "minor", "npm install top@1.1.0", "", ("m",), urgent=True)
    one = finding("a", fix=upgrade("1.0.1"), fingerprint="m")
    (task,) = tasks(report(one, plan=Plan((step,))))
    assert (task.command, task.findings) == ("npm install top@1.1.0", (one,))
    assert in_words(step) == "upgrade top 1.0.0 to 1.1.0 (minor)"
