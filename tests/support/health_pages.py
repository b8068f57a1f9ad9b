"""Reports of `npmguard health` of any size, and with hostile texts in them, for the tests of its page."""

from __future__ import annotations

from support import reports
from support.health import DAY, NOW, sample_health, sample_report, sample_trend
from support.hostile import spoilt

from npmguard.model import Health, Hole, Lag, Report, Severity, Trend


def one(snapshots: int = 12) -> Report:
    """One project alone."""
    return reports.report(sample_report(snapshots).projects[0])._replace(command="health")


def large(number: int) -> Report:
    """A project of this many packages, of which half are behind and one in ten has a hole."""
    found = reports.many(number // 4)
    names = [f"package-{n}" for n in range(number)]
    labels = [f"{name}@1.0.0" for name in names]
    direct = labels[: number // 30 + 1]
    owners = {label: [*direct, ""][n * 7 % (len(direct) + 1)] for n, label in enumerate(labels)}
    owners |= {label: label for label in direct}
    lags = tuple(Lag(name, "1.0.0", "2.0.0", 3.5, 1, 2, 3, False, False) for name in names[::2])
    holes = tuple(
        Hole(name, "1.0.0", f"GHSA-{name}", Severity.HIGH, "Pollution", False, NOW - 90 * DAY, NOW - 80 * DAY)
        for name in names[::10]
    )
    health = sample_health()._replace(lags=lags, holes=holes, weights=dict.fromkeys(owners, 1), owners=owners)
    project = found.projects[0]._replace(
        health=health,
        trend=sample_trend(60),
        packages=number,
    )
    return reports.report(project)._replace(command="health")


def spoilt_health(found: Report, text: str) -> Report:
    """The report with this text in the place of every text of a project's health too."""
    made = spoilt(found, text)
    return made._replace(
        projects=tuple(
            project._replace(
                health=project.health and _spoilt(project.health, text),
                trend=project.trend and _spoilt_trend(project.trend, text),
            )
            for project in made.projects
        )
    )


def _spoilt(health: Health, text: str) -> Health:
    return health._replace(
        parts=tuple(part._replace(name=text, words=text) for part in health.parts),
        lags=tuple(lag._replace(package=text, version=text, latest=text) for lag in health.lags),
        holes=tuple(
            hole._replace(package=text, version=text, id=text, title=text, fix=text, url=text)
            for hole in health.holes
        ),
        licences={text: 3},
        owners={text: text, f"{text}@1.0.0": "", "a@1.0.0": text},
        unmaintained=(text,),
        single_maintainer=(text,),
        deprecated=(text,),
    )


def _spoilt_trend(trend: Trend, text: str) -> Trend:
    issues = [
        tuple(
            issue._replace(fingerprint=text, rule=text, title=text, package=text, version=text)
            for issue in each
        )
        for each in (trend.new, trend.mended, trend.open)
    ]
    return trend._replace(new=issues[0], mended=issues[1], open=issues[2], regressions=(text,))
