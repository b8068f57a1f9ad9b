"""The managers' own minimum age of a release is the default of npmguard's."""

from pathlib import Path

import pytest
from support.projects import write

from npmguard.audit import settled
from npmguard.project import load, npmrc
from npmguard.settings import Options


def age(folder: Path, *, strict: bool = False) -> int | None:
    config = npmrc.load(str(folder), environ={"HOME": str(folder / "none")})
    project = load.load(load.Found(str(folder)), config=config.values, own=config.own)
    return settled(Options(strict=strict), str(folder), project).minimum_release_age


def test_npmguard_s_own_setting_comes_first(here: Path) -> None:
    folder = write(here / "p", {}, {})
    assert age(folder) is None
    (folder / ".npmrc").write_text("min-release-age=2\n")
    assert age(folder) == 2 * 86_400
    assert age(folder, strict=True) is None
    (folder / "npmguard.toml").write_text('minimum-release-age = "1h"\n')
    assert age(folder) == 3_600


@pytest.mark.parametrize(
    ("manager", "file", "text", "expected"),
    [
        ("pnpm@10.34.9", "pnpm-workspace.yaml", "minimumReleaseAge: 10\n", 600),
        ("yarn@4.18.1", ".yarnrc.yml", "npmMinimalAgeGate: 12h\n", 43_200),
        ("bun@1.4.5", "bunfig.toml", "[install]\nminimumReleaseAge = 60\n", 60),
    ],
)
def test_each_manager_counts_in_its_own_way(
    here: Path, manager: str, file: str, text: str, expected: int
) -> None:
    folder = write(here / "p", {"packageManager": manager})
    (folder / file).write_text(text)
    assert age(folder) == expected
