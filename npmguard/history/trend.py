"""What became of a project: this run beside those before it."""

from __future__ import annotations

from collections.abc import Sequence

from npmguard.history.file import HistoryFile, Numbered, Told
from npmguard.model import Health, Issue, Severity, Snapshot, Trend
from npmguard.text import count, one_line

FALL = 5  # points: a lower score by fewer is no regression, as newer releases alone bring that about


def trend(
    history: HistoryFile, identity: str, number: int, health: Health, before: float | None, level: Severity
) -> Trend:
    """The trend of the project up to this run, whose snapshot has that number, and `health` in full.

    It is compared with the run before it, or with the last one that is not later than `before`. `level` is
    the severity from which on a new finding is a regression.
    """
    with history.unchanging():
        issues = [_at(number, told) for told in history.issues(identity) if told.since <= number]
        snapshots = [found for found in history.snapshots(identity, issues) if found.number <= number]
    last = snapshots[-1]
    last = last._replace(snapshot=last.snapshot._replace(health=health))
    past = [found for found in snapshots[:-1] if before is None or found.snapshot.time <= before]
    against = past[-1] if past else None
    new, mended = changed(issues, against)
    spans = [max(0.0, t.issue.until - t.issue.since) for t in issues if t.mended and t.issue.until]
    return Trend(
        (*(found.snapshot for found in snapshots[:-1]), last.snapshot),
        against.snapshot.time if against is not None else None,
        new,
        mended,
        tuple(told.issue for told in issues if told.until is None),
        sum(spans) / len(spans) if spans else None,
        regressions(against.snapshot, last.snapshot, new, level) if against is not None else (),
    )


def _at(number: int, told: Told) -> Told:
    """The issue as it was at that snapshot: another run at the same time may have ended it since."""
    if told.until is None or told.until <= number:
        return told
    return told._replace(issue=told.issue._replace(until=None), until=None, mended=False)


def changed(issues: Sequence[Told], against: Numbered | None) -> tuple[tuple[Issue, ...], tuple[Issue, ...]]:
    """(what is open now and was not then, what was open then and has been mended), the worst first."""
    if against is None:
        return (), ()
    then = against.number
    new = [told.issue for told in issues if told.until is None and told.since > then]
    gone = [t.issue for t in issues if t.mended and t.until is not None and t.since <= then < t.until]
    return _sorted(new), _sorted(gone)


def _sorted(issues: Sequence[Issue]) -> tuple[Issue, ...]:
    return tuple(sorted(issues, key=lambda i: (-i.severity, i.since, i.rule, i.package or "", i.title)))


def regressions(before: Snapshot, after: Snapshot, new: Sequence[Issue], level: Severity) -> tuple[str, ...]:
    """What got worse, in words: new findings from that level on, and a score that fell.

    Scores are compared by the parts that both runs know: one that could see more is not worse for that.
    """
    found = []
    bad = [issue for issue in new if issue.severity >= level]
    for severity in sorted(Severity, reverse=True):
        several = [issue for issue in bad if issue.severity is severity]
        if several:
            more = f" and {len(several) - 1} more" if len(several) > 1 else ""
            found.append(
                f"{count(len(several), 'new finding')} of {severity.word}: "
                f"{one_line(several[0].title, 120)}{more}"
            )
    then, now = ({part.name: part.lost for part in s.health.parts if part.known} for s in (before, after))
    fell = sum(lost - then[name] for name, lost in now.items() if name in then)
    if fell >= FALL:
        points = count(round(fell), "point")
        found.append(f"the score fell by {points}, from {before.health.score} to {after.health.score}")
    return tuple(found)
