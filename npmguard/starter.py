"""The files that `npmguard init` writes, as text: settings, a workflow for a CI, the hooks of pre-commit.

What is put into them (a folder, a branch, a scope) lands in a shell's line or in YAML, so it must be a plain
word (`npmguard.text.is_word`); whoever calls has seen to that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from npmguard import __version__
from npmguard.lockfiles import FORMATS
from npmguard.managers import CONFIG_FILES

GITHUB = ".github/workflows/npmguard.yml"
GITLAB = ".gitlab/npmguard.gitlab-ci.yml"
GITLAB_MAIN = ".gitlab-ci.yml"
PRE_COMMIT = ".pre-commit-config.yaml"

CHECKOUT = "actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2"
"""Pinned by its commit, as a tag can be moved; Dependabot and Renovate read the comment and keep both."""

_OWN_AGE = {
    "npm": "npm's own is min-release-age in .npmrc",
    "pnpm": "pnpm's own is minimumReleaseAge in pnpm-workspace.yaml",
    "yarn-berry": "yarn's own is npmMinimalAgeGate in .yarnrc.yml",
    "bun": "bun's own is install.minimumReleaseAge in bunfig.toml",
}


def settings(manager: str, scope: str | None = None) -> str:
    """npmguard.toml for a project of that manager: all that one often sets, what is not set as a comment."""
    age = f"\n# {_OWN_AGE[manager]}; this one stands above it." if manager in _OWN_AGE else ""
    return f"""\
# What this project decides about npmguard. Each line may be left out; a wrong word stops the run.
# All keys, and the schema for editors: docs/settings.md of npmguard. All rules: npmguard explain.

# Findings from this severity on make a run fail: info, low, moderate, high or critical; none for never.
fail-on = "high"

# Rules that are not to run.
# skip = ["outdated"]

# Hosts that the lockfile may download from, beside the registries.
# allowed-hosts = ["npm.corp.example"]

# Scopes that are yours alone: whoever publishes under them in public is not you.
# internal-scopes = ["{scope or "@corp"}"]

# Releases younger than this can wait: a number of m, h, d or w.{age}
# minimum-release-age = "3d"

# How bad a rule's findings are, in place of the rule's own severity.
# [rules.outdated]
# severity = "info"

# Licences that no dependency may have: ids of SPDX, or patterns of them. With `allow` those alone are taken.
# [licences]
# deny = ["AGPL-*"]

# A finding to live with. It must have a reason; after `until` it hides nothing any more.
# [[ignore]]
# rule = "advisory"
# package = "minimist"
# id = "GHSA-vh95-rmgr-6w4m"
# reason = "only used by the build"
# until = 2027-01-31
"""


def github(path: str = ".", branch: str = "main") -> str:
    """A workflow for GitHub Actions that checks pull requests, the main branch, and once a week what is new.

    It needs no secret and no right but to read, so that it works for a pull request from a fork as well.
    """
    return f"""\
# Is what the lockfile brings safe to install? Annotations in the pull request, all in the job's summary.
name: npmguard

on:
  pull_request:
  push:
    branches: ["{branch}"]
  schedule:
    - cron: "17 4 * * 1" # an advisory comes without a commit
  workflow_dispatch:

permissions:
  contents: read

jobs:
  check:
    runs-on: ubuntu-latest
    timeout-minutes: 10
    steps:
      - uses: {CHECKOUT}
        with:
          persist-credentials: false
      - run: pipx run --spec "npmguard=={__version__}" {_check(path)} --format github
"""


def gitlab(path: str = ".") -> str:
    """A job for GitLab CI, to be included: what it finds stands in the merge request."""
    return f"""\
# Is what the lockfile brings safe to install? In .gitlab-ci.yml:
#
#   include:
#     - local: {GITLAB}
npmguard:
  stage: test
  image: python:3.13-slim
  variables:
    PIP_DISABLE_PIP_VERSION_CHECK: "1"
    PIP_ROOT_USER_ACTION: ignore
  script:
    - pip install --quiet --no-cache-dir "npmguard=={__version__}"
    - >-
      {_check(path)}
      --format gitlab --output gl-dependency-scanning-report.json
      --format gitlab-quality --output gl-code-quality-report.json
      --format console
  artifacts:
    when: always
    reports:
      dependency_scanning: gl-dependency-scanning-report.json
      codequality: gl-code-quality-report.json
  rules:
    # where your pipelines are those of merge requests: - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_BRANCH
"""


def gitlab_main() -> str:
    """A .gitlab-ci.yml for who has none: it includes the job."""
    return f"include:\n  - local: {GITLAB}\n"


def pre_commit(path: str = ".", publishes: Sequence[str] = ()) -> str:
    """The configuration of pre-commit: a check before a commit that changes what is installed.

    `publishes` are the folders of packages that are meant for a registry: what they would send is looked at
    before every push.
    """
    return f"""\
{"default_install_hook_types: [pre-commit, pre-push]" + chr(10) if publishes else ""}repos:
  - repo: local
    hooks:
      - id: npmguard
        name: npmguard check
        entry: npmguard check --quiet --allow-incomplete{"" if path == "." else f" {path}"}
        language: python
        additional_dependencies: ["npmguard=={__version__}"]
        pass_filenames: false
        files: {watched(path)}
{"".join(_prepublish(folder, len(publishes) > 1) for folder in publishes)}"""


def _prepublish(folder: str, several: bool) -> str:
    ending = "" if not several else f"-{folder.replace('/', '-')}"
    where = "" if folder == "." else f" {folder}"
    return f"""\
      - id: npmguard-prepublish{ending}
        name: npmguard prepublish{where}
        entry: npmguard prepublish --quiet --offline --allow-incomplete{where}
        language: python
        additional_dependencies: ["npmguard=={__version__}"]
        pass_filenames: false
        always_run: true
        stages: [pre-push]
"""


def watched(path: str = ".") -> str:
    """The pattern of the files by which a check's outcome changes, as pre-commit takes it."""
    names = ["package.json", *(f.file for f in FORMATS if not f.file.startswith(".")), *CONFIG_FILES.values()]
    names += [".npmrc", "npmguard.toml"]
    start = "(^|/)" if path == "." else f"^{_plain(path)}/(.*/)?"
    return f"{start}({'|'.join(_plain(name) for name in dict.fromkeys(names))})$"


def _plain(words: str) -> str:
    return re.sub(r"[.+]", r"\\\g<0>", words)


def _check(path: str) -> str:
    return "npmguard check" if path == "." else f"npmguard check {path}"
