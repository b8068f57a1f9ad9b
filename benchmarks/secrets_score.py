"""How many secrets are found, and how often what is none is called one, beside other scanners.

    python benchmarks/secrets_score.py labelled FOLDER  *.jsonl of {"rule", "label", "text", "path", "found"}
    python benchmarks/secrets_score.py tree FOLDER        any tree, such as unpacked packages

`--gitleaks`, `--secretlint` and `--detect-secrets` give the commands of the peers that are to be run over the
same texts; `-v` shows what was missed or found (in `tree` only its place).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from npmguard.secrets import scan
from npmguard.secrets.detectors import catalogue

# What the three scanners call an issuer, where that is not how our detectors begin.
_OURS = {
    "gcp": "google",
    "hashicorp-tf": "terraform",
    "vault": "hashicorp",
    "new-relic": "newrelic",
    "privatekey": "private-key",
    "private_key": "private-key",
    "jwt": "json-web-token",
    "pypi_token": "pypi",
    "basic_auth": "basic-auth",
    "basicauth": "basic-auth",
    "database-connection-string": "postgres",
    "discord_bot": "discord",
    "keyword": "assigned",
    "generic-api-key": "assigned",
    "sidekiq": "sidekiq",
    "pkcs12-file": "",
    "ip_public": "",
    "no-homedir": "",
    "no-k8s-kind-secret": "kubernetes",
    "example": "",
    "filter-comments": "",
    "pattern": "",
    "source-creator": "",
    "secp256k1-privatekey": "",
}
_NO_ISSUER = ("keyword", "generic-api-key")


class Text(NamedTuple):
    """One labelled text."""

    source: str
    rule: str
    positive: bool
    path: str
    text: str
    found: tuple[str, ...]


def labelled(folder: Path) -> Iterator[Text]:
    """All texts of the folder's files."""
    for file in sorted(folder.glob("*.jsonl")):
        for line in filter(None, file.read_bytes().split(b"\n")):
            row: dict[str, Any] = json.loads(line)
            yield Text(
                file.stem,
                row["rule"] if not row["rule"].startswith("preset-") else _rule_of(row),
                row["label"] == "positive",
                row.get("path") or "input.txt",
                row["text"],
                tuple(row.get("found") or ()),
            )


def _rule_of(row: dict[str, Any]) -> str:
    """The rule that a case of a set of rules is about."""
    return str(row.get("case", "")).removeprefix("secretlint-rule-").split("/")[0]


def known(rule: str) -> bool:
    """Is the issuer of that rule in the catalogue?"""
    ids = [detector.id for detector in catalogue()]
    for theirs, ours in _OURS.items():
        if rule == theirs or rule.startswith((theirs + "-", theirs + "_")):
            return bool(ours) and any(each.startswith(ours) for each in ids)
    first = rule.replace("_", "-").split("-")[0]
    return any(each.split("-")[0] == first for each in ids)


def _is_found(text: Text) -> bool:
    data = text.text.encode()
    matches = scan(data, text.path)
    if not text.found or not text.positive:
        return bool(matches)
    spans = [(data.find(each.encode()), len(each.encode())) for each in text.found]
    return any(m.start < at + size and at < m.end for m in matches for at, size in spans)


def score_labelled(folder: Path, peers: dict[str, str], verbose: bool) -> None:
    """Print recall and false alarms for every source."""
    texts = list(labelled(folder))
    found = [_is_found(text) for text in texts]
    theirs = {name: _flagged(name, command, texts) for name, command in peers.items()}
    for source in sorted({text.source for text in texts}):
        mine = [at for at, text in enumerate(texts) if text.source == source]
        positives = [at for at in mine if texts[at].positive]
        marked = [at for at in positives if known(texts[at].rule) and texts[at].rule not in _NO_ISSUER]
        plain = [at for at in positives if texts[at].rule in _NO_ISSUER]
        negatives = [at for at in mine if not texts[at].positive]
        print(f"{source}: {len(positives)} positives, {len(negatives)} negatives")
        for what, rows in (
            ("of issuers in the catalogue", marked),
            ("of no issuer", plain),
            ("all", positives),
        ):
            print(f"  found {what}: {_share(sum(found[at] for at in rows), len(rows))}")
            for name, flags in theirs.items():
                print(f"    {name}: {_share(sum(flags[at] for at in rows), len(rows))}")
        print(f"  false alarms: {sum(found[at] for at in negatives)}")
        for name, flags in theirs.items():
            print(f"    {name}: {sum(flags[at] for at in negatives)}")
        missed = Counter(texts[at].rule for at in marked if not found[at])
        print(f"  missed: {dict(missed.most_common())}")
        unknown = sorted({texts[at].rule for at in positives if not known(texts[at].rule)})
        print(f"  not in the catalogue: {unknown}")
        if verbose:
            for at in marked + plain:
                if not found[at]:
                    print(f"  - {texts[at].rule} {texts[at].text[:160]!r}")
            for at in negatives:
                if found[at]:
                    ids = [m.detector for m in scan(texts[at].text.encode(), texts[at].path)]
                    print(f"  + {texts[at].rule} {ids} {texts[at].text[:160]!r}")


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / whole:.1f} %)" if whole else "-"


def _flagged(name: str, command: str, texts: list[Text]) -> list[bool]:
    """In which texts, each in a file of its own, another scanner finds something."""
    with tempfile.TemporaryDirectory() as folder:
        for at, text in enumerate(texts):
            path = Path(folder, f"{at:05}", text.path.lstrip("/"))
            path.parent.mkdir(parents=True)
            path.write_text(text.text)
        places = peer(name, command, Path(folder))
    hit = {int(place.split("/")[0]) for place, _, _ in places}
    return [at in hit for at in range(len(texts))]


def peer(name: str, command: str, folder: Path) -> list[tuple[str, int, str]]:
    """What another scanner finds in a folder: path, line, rule."""
    return {"gitleaks": _gitleaks, "secretlint": _secretlint, "detect-secrets": _detect_secrets}[name](
        command, folder.resolve()
    )


def _gitleaks(command: str, folder: Path) -> list[tuple[str, int, str]]:
    with tempfile.TemporaryDirectory() as place:
        report = Path(place, "report.json")
        options = ["--no-banner", "--redact", "--report-format=json", f"--report-path={report}"]
        subprocess.run([command, "dir", *options, "."], cwd=folder, capture_output=True)
        rows = json.loads(report.read_bytes())
    return [(_in(row["File"], folder), row["StartLine"], row["RuleID"]) for row in rows]


def _secretlint(command: str, folder: Path) -> list[tuple[str, int, str]]:
    rules = {"rules": [{"id": "@secretlint/secretlint-rule-preset-recommend"}]}
    with tempfile.TemporaryDirectory() as place:
        config, report = Path(place, ".secretlintrc.json"), Path(place, "report.json")
        config.write_text(json.dumps(rules))
        options = [f"--secretlintrc={config}", "--format=json", f"--output={report}"]
        subprocess.run([command, *options, "**/*", "**/.*"], cwd=folder, capture_output=True)
        rows = json.loads(report.read_bytes()) if report.exists() else []
    return [
        (_in(row["filePath"], folder), message["loc"]["start"]["line"], message["ruleId"])
        for row in rows
        for message in row["messages"]
    ]


def _detect_secrets(command: str, folder: Path) -> list[tuple[str, int, str]]:
    run = subprocess.run(
        [command, "scan", "--all-files", "--no-verify", "."], cwd=folder, capture_output=True
    )
    return [
        (_in(path, folder), row["line_number"], row["type"])
        for path, rows in json.loads(run.stdout)["results"].items()
        for row in rows
    ]


def _in(path: str, folder: Path) -> str:
    return os.path.relpath(os.path.join(folder, path), folder)


def score_tree(folder: Path, peers: dict[str, str], verbose: bool) -> None:
    """Print what is found in a tree, by detector and by confidence."""
    start = time.process_time()
    size = files = 0
    found: list[tuple[str, int, str, str]] = []
    for root, _, names in os.walk(folder):
        for name in sorted(names):
            path = Path(root, name)
            data = path.read_bytes()
            size, files = size + len(data), files + 1
            place = path.relative_to(folder).as_posix()
            found += [
                (place, data.count(b"\n", 0, m.start) + 1, m.detector, m.confidence)
                for m in scan(data, place)
            ]
    print(
        f"{files} files, {size / 1e6:.0f} MB in {time.process_time() - start:.1f} s CPU: {len(found)} found"
    )
    print(f"  {dict(Counter((detector, confidence) for _, _, detector, confidence in found).most_common())}")
    if verbose:
        for place, line, detector, confidence in found:
            print(f"  {place}:{line} {detector} {confidence}")
    for name, command in peers.items():
        places = peer(name, command, folder)
        print(f"{name}: {len(places)} found {dict(Counter(rule for _, _, rule in places).most_common())}")
        if verbose:
            for path, line, rule in places:
                print(f"  {path}:{line} {rule}")


def main() -> None:
    """Read the options and score."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("what", choices=("labelled", "tree"))
    parser.add_argument("folder", type=Path)
    for name in ("gitleaks", "secretlint", "detect-secrets"):
        parser.add_argument(f"--{name}", dest=name)
    parser.add_argument("-v", "--verbose", action="store_true")
    options = vars(parser.parse_args())
    peers = {name: options[name] for name in ("gitleaks", "secretlint", "detect-secrets") if options[name]}
    score = score_labelled if options["what"] == "labelled" else score_tree
    score(options["folder"], peers, options["verbose"])


if __name__ == "__main__":
    main()
