"""Real projects at four points in time, with the registry and the advisories of those days.

`python -m support.ages OUT` leaves there what `npmguard health` made of them: the history, and the reports of
the last run. The data is described in fixtures/health/README.md.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from support.server import Server, registry

from npmguard import versions
from npmguard.__main__ import main
from npmguard.dates import day, seconds

DATA = Path(__file__).parents[2] / "fixtures" / "health"
PROJECTS = ("api", "site", "tools")
TIMES = ("2018-06-01", "2019-03-01", "2019-12-01", "2020-08-01")
# rules that read tarballs, of which there are none here
_SKIPPED = "manifest-confusion,odd-release,suspicious-script,unsafe-tarball,integrity-mismatch"
_SEVERITIES = ((9, "CRITICAL"), (7, "HIGH"), (4, "MODERATE"), (0, "LOW"))
_ENDS = {"<": "fixed", "<=": "last_affected", "": "last_affected"}


def run(out: Path, *options: str, times: Sequence[str] = TIMES, projects: Sequence[str] = PROJECTS) -> None:
    """Runs `npmguard health` on the projects at each time, one after the other, in the folder `out`."""
    for time in times:
        with at(out, time, projects):
            words = ["--history", "history.sqlite", "--advisories", "advisories", "--skip", _SKIPPED]
            main(["health", *projects, *words, "--fail-on", "none", *options])


@contextmanager
def at(out: Path, time: str, projects: Sequence[str] = PROJECTS) -> Iterator[Server]:
    """The projects in `out` as they were at that time, `out` as the working directory, and the clock."""
    out.mkdir(parents=True, exist_ok=True)
    for name in projects:
        shutil.rmtree(out / name, ignore_errors=True)
        shutil.copytree(_locked(name, time), out / name)
        (out / name / "npmguard.toml").write_text('allowed-hosts = ["registry.example.test"]\n')
    shutil.rmtree(out / "advisories", ignore_errors=True)
    (out / "advisories").mkdir()
    for record in records(time):
        (out / "advisories" / f"{record['id']}.json").write_text(json.dumps(record))
    now = seconds(f"{time}T06:00:00Z")
    with registry() as server, chdir(out), mock.patch("time.time", side_effect=lambda: now):
        server.max_age = 3600
        server.packuments = packuments(time)
        server.keys = None  # it signed nothing then
        cache = out / "cache" / time
        settings = {"NPM_CONFIG_REGISTRY": server.url, "NPMGUARD_CACHE_DIR": str(cache)}
        with mock.patch.dict(os.environ, settings):
            yield server
    shutil.rmtree(out / "cache", ignore_errors=True)


def _locked(name: str, time: str) -> Path:
    """The folder of the project as it was last locked before that time."""
    return max(folder for folder in (DATA / name).iterdir() if folder.name <= time)


def packuments(time: str) -> dict[str, dict[str, Any]]:
    """What the registry had by that time."""
    known = json.loads((DATA / "packuments.json").read_text())
    return {name: found for name, told in known.items() if (found := _packument(name, told, time))}


def _packument(name: str, told: dict[str, Any], time: str) -> dict[str, Any] | None:
    dated = "maintainers" in told
    there = {v: m for v, m in told["versions"].items() if m["time" if dated else "seen"][:10] <= time}
    if not there:
        return None
    stable = [version for version in there if "-" not in version]
    people = [{"name": f"maintainer-{number + 1}"} for number in range(told.get("maintainers", 0))]
    found: dict[str, Any] = {
        "name": name,
        "dist-tags": {"latest": versions.highest(stable or list(there), loose=True)},
        "versions": {v: _manifest(name, v, m, people, time) for v, m in there.items()},
    }
    if dated:
        found |= {"maintainers": people, "time": {v: m["time"] for v, m in there.items()}}
    return found


def _manifest(
    name: str, version: str, told: dict[str, Any], people: list[dict[str, str]], time: str
) -> dict[str, Any]:
    dist: dict[str, Any] = {key: told[key] for key in ("integrity", "shasum") if key in told}
    base = name.rpartition("/")[2]
    dist["tarball"] = f"https://registry.example.test/{name}/-/{base}-{version}.tgz"
    found: dict[str, Any] = {"name": name, "version": version, "dist": dist}
    found |= {key: told[key] for key in ("license", "scripts") if key in told}
    if people:
        found |= {"_npmUser": people[0], "maintainers": people}
    if "deprecated" in told and time >= TIMES[-1]:  # the day on which it was is not known
        found["deprecated"] = told["deprecated"]
    return found


# -- advisories


def records(time: str) -> list[dict[str, Any]]:
    """What was known by that time, as OSV records."""
    known = json.loads((DATA / "advisories.json").read_text())
    return [_record(found) for found in known if found["date"] <= time]


def _record(found: dict[str, Any]) -> dict[str, Any]:
    when = f"{found['date']}T00:00:00Z"
    parts = map(_events, found["vulnerable"].split("||"))
    return {
        "id": f"NSWG-ECO-{found['id']}",
        "aliases": found["cves"],
        "modified": when,
        **({"published": when} if found["date"] > "2009" else {}),
        "summary": found["title"],
        "affected": [
            {
                "package": {"ecosystem": "npm", "name": found["name"]},
                "ranges": [{"type": "SEMVER", "events": events} for events in parts if events],
            }
        ],
        "references": [{"type": "WEB", "url": found["url"]}],
        "database_specific": {
            "severity": next(word for least, word in _SEVERITIES if (found["cvss"] or 0) >= least)
        },
    }


def _events(part: str) -> list[dict[str, str]]:
    """A range such as `>=1.0.0 <1.2.6` as OSV has it; a bare version begins and ends one."""
    found = re.findall(r"(>=|<=|<|>)?\s*v?(\d+(?:\.\d+)*)", part)
    start = [{"introduced": _whole(version)} for sign, version in found if sign in (">=", ">", "")]
    end = [{_ENDS[sign]: _whole(version)} for sign, version in found if sign in _ENDS]
    return [*(start or [{"introduced": "0"}]), *end] if end else []


def _whole(version: str) -> str:
    return version + ".0" * (2 - version.count("."))


if __name__ == "__main__":
    place = Path(sys.argv[1]).resolve()
    run(place, "--output", os.devnull, times=TIMES[:-1])
    files = {"html": "html", "markdown": "md", "json": "json", "console": "txt"}
    last = [word for name, end in files.items() for word in ("--format", name, "--output", f"health.{end}")]
    run(place, *last, times=TIMES[-1:])
    print(f"{place}: health.{', .'.join(files.values())}, up to {day(seconds(TIMES[-1]))}")
