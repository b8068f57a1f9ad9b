"""Which version is taken, against npm's own npm-pick-manifest."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from npmguard.model import VersionFacts
from npmguard.registry.releases import pick

ASK = """
const pick = require(process.argv[1])
let text = ''
process.stdin.on('data', part => { text += part }).on('end', () => {
  const answers = JSON.parse(text).map(([versions, tags, wanted]) => {
    const packument = {name: 'a', 'dist-tags': tags, versions: {}}
    for (const [version, deprecated] of versions) {
      packument.versions[version] = {name: 'a', version, ...(deprecated ? {deprecated: 'no'} : {})}
    }
    try {
      return pick(packument, wanted).version
    } catch (error) {
      return null
    }
  })
  process.stdout.write(JSON.stringify(answers))
})
"""
VERSION = st.sampled_from(
    ["1.0.0", "1.0.1", "1.1.0", "1.2.0-rc.1", "2.0.0", "2.0.0-beta.1", "2.0.0-beta.2", "3.0.0-0", "0.1.0"]
)
VERSIONS = st.dictionaries(VERSION, st.booleans(), min_size=1)
TAGS = st.dictionaries(st.sampled_from(["latest", "next"]), VERSION)
WANTED = st.sampled_from(
    [
        "",
        "*",
        "latest",
        "next",
        "beta",
        "^1",
        "^1.0.0",
        "~1.0",
        ">=1",
        "<2",
        "2.x",
        ">=2.0.0-beta.1",
        "^9",
        "x",
    ]
)


@pytest.mark.oracle
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(VERSIONS, TAGS, WANTED), min_size=100, max_size=200))
def test_npm_picks_the_same(questions: list[tuple[dict[str, bool], dict[str, str], str]]) -> None:
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("node and npm are not installed")
    folder = Path(npm).resolve().parents[1] / "node_modules" / "npm-pick-manifest"
    if not folder.is_dir():
        pytest.skip("npm's own npm-pick-manifest is not where npm is")
    asked: list[Any] = [[list(known.items()), tags, wanted] for known, tags, wanted in questions]
    done = subprocess.run(
        ["node", "-e", ASK, str(folder)], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    ours = [
        pick(
            wanted,
            tags,
            {v: VersionFacts(v, deprecated="no" if bad else None) for v, bad in known.items()},
        )
        for known, tags, wanted in questions
    ]
    theirs = json.loads(done.stdout)
    assert [q for q, a, b in zip(questions, ours, theirs, strict=True) if a != b] == []
