"""Ranges, against npm's own semver package."""

import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from npmguard import versions

PAIRS = Path(__file__).parents[2] / "fixtures" / "semver" / "pairs.json"
ASK = """
const semver = require(process.argv[1])
let text = ''
process.stdin.on('data', part => { text += part }).on('end', () => {
  const answers = JSON.parse(text).map(([range, version, loose, includePrerelease]) => {
    const options = {loose, includePrerelease}
    return [semver.satisfies(version, range, options), semver.validRange(range, options) !== null,
      semver.valid(version, options) !== null]
  })
  process.stdout.write(JSON.stringify(answers))
})
"""
Question = tuple[str, str, bool, bool]


def semver_of_npm() -> str:
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("node and npm are not installed")
    folder = Path(npm).resolve().parents[1] / "node_modules" / "semver"
    if not folder.is_dir():
        pytest.skip("npm's own semver package is not where npm is")
    return str(folder)


def disagreements(questions: list[Question]) -> list[tuple[Question, list[bool], list[bool]]]:
    done = subprocess.run(
        ["node", "-e", ASK, semver_of_npm()],
        input=json.dumps(questions),
        capture_output=True,
        text=True,
        check=True,
    )
    found = []
    for question, theirs in zip(questions, json.loads(done.stdout), strict=True):
        range, version, loose, prerelease = question
        ours = [
            versions.satisfies(version, range, loose=loose, include_prerelease=prerelease),
            versions._sets(range, loose, prerelease) is not None,
            versions.is_version(version, loose=loose),
        ]
        if ours != theirs:
            found.append((question, theirs, ours))
    return found


@pytest.mark.oracle
def test_real_ranges_and_versions() -> None:
    pairs = json.loads(PAIRS.read_text())
    draw = random.Random(2026)
    by_major: dict[str, list[str]] = {}
    for version in pairs["versions"]:
        by_major.setdefault(version.split(".")[0], []).append(version)
    questions: list[Question] = []
    for _ in range(25_000):
        range_ = draw.choice(pairs["ranges"])
        # half of them near the range's own numbers, so that many hold
        major = range_.lstrip("^~>=<v ").split(".")[0]
        near = by_major.get(major, pairs["versions"])
        version = draw.choice(near if draw.random() < 0.5 else pairs["versions"])
        questions.append((range_, version, draw.random() < 0.5, draw.random() < 0.25))
    assert disagreements(questions) == []


PART = st.sampled_from(["1", "0", "2", "01", "x", "X", "*", "", "9007199254740991", "9007199254740992", "10"])
TAIL = st.sampled_from(
    ["", "", "", "-alpha", "-0", "-beta.1", "-rc.01", "alpha", "-", "-a.-.b", "+b", "+1.2", "-*"]
)
NUMBERS = st.lists(PART, min_size=1, max_size=4).map(".".join)
VERSION = st.builds("{}{}{}".format, st.sampled_from(["", "", "v", "=", "v=", " "]), NUMBERS, TAIL)
SIGN = st.sampled_from(
    ["", "", "^", "~", ">", ">=", "<", "<=", "=", "~>", "^ ", "> ", "~ ", ">= ", " < ", "=>"]
)
PARTS = st.builds("{}{}".format, SIGN, VERSION)
ALTERNATIVE = st.lists(PARTS, min_size=1, max_size=3).map(" ".join) | st.builds(
    "{} - {}".format, VERSION, VERSION
)
RANGE = st.lists(ALTERNATIVE, min_size=1, max_size=3).map("||".join)
QUESTION = st.tuples(RANGE, VERSION, st.booleans(), st.booleans())


@pytest.mark.oracle
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(QUESTION, min_size=20, max_size=60))
def test_odd_ranges_and_versions(questions: list[Question]) -> None:
    assert disagreements(questions) == []
