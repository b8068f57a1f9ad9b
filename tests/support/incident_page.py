"""docs/incidents.md and the list of the fixtures, from the fixtures and from what a check said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from support.incidents import Incident

_HEAD = """# What npmguard says of real attacks

Every attack here stood in the manifest, the packument or the tarball for everybody to see, hours or
months before there was an advisory. `tests/incidents` rebuilds each of them from its facts
(`fixtures/incidents`, harmless), with nothing published after, and no advisory: on the day before the
check is quiet, with the bad release locked it fails. This page is checked by that test:
`UPDATE_SNAPSHOTS=1 pytest tests/incidents` writes it anew.

It is asked an hour after the release. What takes the tarball to see is marked with \\*: tarballs are read
of releases that are days old, of those that differ from the releases before them, and of all with
`--deep`.

An audit by advisories alone found 0 vulnerabilities in each of them at the hour when it was published;
the last column says when the first public record came, where that is known.

| incident | date | what was there to see | what npmguard says | by advisories alone |
| --- | --- | --- | --- | --- |
"""
_TAIL = """
## What it does not see

- postmark-mcp: one line more in a release of the account that had published fifteen honest ones.
  Neither the manifest nor what the code can do changed; only somebody who reads the difference sees it.
- art-template 4.13.5 and 4.13.6, a year after 4.13.3: by then its new owner had published before, and a
  script loader in a bundle for browsers is nothing that honest ones do not have. What npmguard says of
  4.13.3 is the change of hands.
- ngx-bootstrap 20.0.3 (Shai-Hulud): the worm's file of 3.6 MB lay in it, and nothing started it yet.
- node-ipc 9.2.2 and 11.0.0 (2022): a package of the same author's own that was days old is `moderate`
  in a patch, `low` in a major release.

## What is behind it

- Valid provenance is no proof of innocence. In 2026 several attacks ran through the projects' own
  workflows, so that each bad release carried an attestation as good as those before it. npmguard never
  takes an attestation for a reason to say less.
- Names, dates, publishers (as neutral labels), scripts, dependencies and shapes of files are facts, as
  far as public sources tell them; what they do not tell is made up, and each fixture names it.
"""
_LIST = """# Real attacks, as data

One file each: what the registry and the tarball showed before and after, as public sources tell it.
Accounts have neutral labels: `maintainer-a` published before, `maintainer-b` is another account that could,
`ci` a workflow or a robot, `stranger-a` and `stranger-b` had no history.
`earlier` are releases made after the likeness of the first that is told, `every` so many days apart.
`cases` are lockfiles with bad releases, the rule that is to speak, and words it is to use.
`tests/support/incidents.py` makes packuments and harmless tarballs of them.

| file | what was there to see | made up |
| --- | --- | --- |
"""


def listed(found: Iterable[Incident]) -> str:
    """The list of the fixtures."""
    rows = []
    for one in found:
        made_up = "; ".join(one.data["made_up"])
        rows.append(_row((one.id, f"{one.data['title']}: {one.data['signal']}", made_up)))
    return _LIST + "".join(f"{row}\n" for row in rows)


def page(rows: Iterable[str]) -> str:
    return _HEAD + "".join(f"{row}\n" for row in rows) + _TAIL


def row(incident: Incident, finding: Mapping[str, Any] | None, contents: bool) -> str:
    """The incident's row: `finding` is the loudest about its first case."""
    said = "nothing"
    if finding is not None:
        said = f"**{finding['severity']}** `{finding['rule']}`: {finding['title']}"
    data = incident.data
    star = "\\*" if contents else ""
    return _row((data["title"], data["date"], data["signal"], said + star, _audit(incident)))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _audit(incident: Incident) -> str:
    first, advisory = incident.data["first_record"], incident.data["advisory"]
    found = "0 vulnerabilities"
    if first is not None:
        later = datetime.fromisoformat(first)
        after = (later - min(case.day for case in incident.cases)).total_seconds() / 3600
        found += f"; first record {later:%Y-%m-%d %H:%M} UTC"
        if incident.data["hour_known"]:
            found += f", {after:.0f} hours later"
    return f"{found}; later {advisory}" if advisory else found
