"""`npmguard fix`."""

from __future__ import annotations

from npmguard.cli.output import Progress, deliver, say
from npmguard.cli.quick import Values
from npmguard.cli.values import options, texts
from npmguard.model import Report


def run(values: Values) -> int:
    """Plans, prints the plan; with --write edits the package.json files that it concerns.

    Gives 1 where something at or above --fail-on has no fix, 3 where an answer is missing.
    """
    from npmguard.audit import check
    from npmguard.plans import RULES

    asked = options(values)
    named = bool(asked.only)
    progress = Progress(quiet=bool(values["quiet"]))
    try:
        report = check(
            texts(values["paths"]) or ["."],
            asked._replace(plan=True, only=asked.only or RULES),
            progress,
        )
    finally:
        progress.clear()
    report = report._replace(command="fix", exit_code=_code(report, allowed=asked.allow_incomplete))
    deliver(report, values)
    if values["write"]:
        _write(report, everything=named)
    elif not values["quiet"] and any(step.edits for p in report.projects if p.plan for step in p.plan.steps):
        say("nothing was written: npmguard fix --write edits package.json")
    return report.exit_code


def _code(report: Report, *, allowed: bool) -> int:
    for project in report.projects:
        steps = project.plan.steps if project.plan is not None else ()
        hopeless = {m for step in steps if step.kind == "none" for m in step.mends}
        for finding in project.findings:
            failing = report.fail_on is not None and finding.severity >= report.fail_on
            if failing and finding.fingerprint in hopeless:
                return 1
    return 3 if report.incomplete and not allowed else 0


def _write(report: Report, *, everything: bool) -> None:
    """Makes the edits, and says on stderr what was written and what to run next."""
    from npmguard.plans.doing import chosen, edits, following
    from npmguard.project.writing import write

    for project in report.projects:
        steps = chosen(project.plan.steps, everything=everything) if project.plan is not None else []
        files = write(project.path, edits(steps))
        for file in files:
            say(f"wrote {file}")
        if not files:
            say(f"nothing to write in {project.path}")
        for number, command in enumerate(following(steps, project.manager)):
            say(f"{'then run' if number or files else 'run'}: {command}")
