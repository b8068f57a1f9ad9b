"""--production, over all rules that need nothing from outside."""

from pathlib import Path

import pytest
from support.projects import entry, write

from npmguard.audit import check
from npmguard.model import Finding
from npmguard.settings import Options


def found(here: Path, *, production: bool) -> list[Finding]:
    report = check([here], Options(offline=True, allow_incomplete=True, production=production))
    return list(report.projects[0].findings)


@pytest.mark.parametrize("dev", [True, False])
def test_what_development_alone_brings_is_looked_past(here: Path, dev: bool) -> None:
    packages = {
        "plain": entry("plain", "1.0.0"),
        "bare": {"version": "1.0.0", "resolved": entry("bare", "1.0.0")["resolved"]},
        "weak": entry("weak", "1.0.0", integrity="sha1-" + "A" * 27 + "="),
        "expresss": entry("expresss", "1.0.0", hasInstallScript=True),
        "fork": {"version": "1.0.0", "resolved": "git+ssh://git@git.example.test/a/fork.git#" + "0" * 40},
        "other": {**entry("another", "1.0.0"), "version": "2.0.0"},
        "gpl": entry("gpl", "1.0.0", license="GPL-3.0-only"),
    }
    packages["plain"]["resolved"] = packages["plain"]["resolved"].replace("https:", "http:")
    fields = {
        f"node_modules/{name}": {**each, "dev": True} if dev else each for name, each in packages.items()
    }
    asked = {name: "*" if name != "fork" else "git@git.example.test:a/fork.git" for name in packages}
    write(here, {"devDependencies" if dev else "dependencies": asked}, fields)
    (here / "npmguard.toml").write_text('[licences]\nallow = ["MIT"]\n')
    every = found(here, production=False)
    rules = {finding.rule for finding in every}
    assert rules >= {
        "insecure-transport",
        "integrity-missing",
        "integrity-weak",
        "non-registry-source",
        "resolved-mismatch",
        "typosquat",
        "wildcard-range",
        "install-script",
        "licence-denied",
        "licence-unknown",
    }
    kept = found(here, production=True)
    if dev:
        assert [f for f in kept if f.rule in rules - {"lockfile-drift"}] == []
    else:
        assert kept == every
