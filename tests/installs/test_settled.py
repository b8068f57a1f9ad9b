"""The managers' own minimum age of a release is the default of npmguard's."""

from pathlib import Path

import pytest
from support.projects import write

from npmguard.audit import settled
from npmguard.project import load, npmrc
from npmguard.rules import release_too_new
from npmguard.settings import Options, Settings


def age(folder: Path, *, strict: bool = False) -> int | None:
    return wanted(folder, strict=strict).minimum_release_age


def wanted(folder: Path, *, strict: bool = False) -> Settings:
    config = npmrc.load(str(folder), environ={"HOME": str(folder / "none")})
    project = load.load(load.Found(str(folder)), config=config.values, own=config.own)
    return settled(Options(strict=strict), str(folder), project)


def test_npmguard_s_own_setting_comes_first(here: Path) -> None:
    folder = write(here / "p", {}, {})
    assert age(folder) is None
    (folder / ".npmrc").write_text("min-release-age=2\n")
    assert age(folder) == 2 * 86_400
    assert age(folder, strict=True) is None
    (folder / "npmguard.toml").write_text('minimum-release-age = "1h"\n')
    assert age(folder) == 3_600


@pytest.mark.parametrize(
    ("manager", "file", "text", "exempt", "not_exempt"),
    [
        (
            "npm@12.0.0",
            ".npmrc",
            "min-release-age=7\n"
            + "".join(f"min-release-age-exclude[]={p}\n" for p in ("@corp/*", "b*", "!c")),
            ["@corp/x@1.0.0", "bb@1.0.0"],
            ["a@1.0.0", "c@1.0.0", "@b/b@1.0.0"],
        ),
        (
            "npm@12.0.0",
            ".npmrc",
            "min-release-age=7\nmin-release-age-exclude=*\n",
            ["a@1.0.0"],
            ["@s/a@1.0.0"],
        ),
        (
            "pnpm@10.34.9",
            "pnpm-workspace.yaml",
            (
                "minimumReleaseAge: 10\n"
                "minimumReleaseAgeExclude: ['*lint*', a@1.0.0 || 1.0.2, '@corp/*', '!x']\n"
            ),
            ["eslint@9.0.0", "@s/lint@1.0.0", "a@1.0.2", "@corp/x@3.0.0"],
            ["a@1.0.1", "b@1.0.0", "x@1.0.0"],
        ),
        (
            "yarn@4.18.1",
            ".yarnrc.yml",
            "npmMinimalAgeGate: 12h\nnpmPreapprovedPackages: ['@types/*', 'a@^1.2.0', b, '*']\n",
            ["@types/node@1.0.0", "a@1.3.0", "c@1.0.0"],
            ["@s/c@1.0.0"],
        ),
        (
            "bun@1.4.5",
            "bunfig.toml",
            '[install]\nminimumReleaseAge = 60\nminimumReleaseAgeExcludes = ["a", "@types/*"]\n',
            ["a@1.0.0"],
            ["aa@1.0.0", "@types/node@1.0.0"],
        ),
        ("yarn@1.22.22", ".yarnrc", "min-release-age 7\n", [], ["a@1.0.0"]),
    ],
)
def test_what_a_manager_exempts_is_exempt(
    here: Path, manager: str, file: str, text: str, exempt: list[str], not_exempt: list[str]
) -> None:
    folder = write(here / "p", {"packageManager": manager})
    (folder / file).write_text(text)
    patterns = wanted(folder).minimum_release_age_exclude
    for label in exempt + not_exempt:
        name, _, version = label.rpartition("@")
        assert release_too_new.is_exempt(name, version, patterns) is (label in exempt), label


def test_npmguard_s_own_exceptions_are_added(here: Path) -> None:
    folder = write(here / "p", {})
    (folder / ".npmrc").write_text("min-release-age=2\nmin-release-age-exclude=a\n")
    (folder / "npmguard.toml").write_text('minimum-release-age-exclude = ["b"]\n')
    assert set(wanted(folder).minimum_release_age_exclude) == {"a", "b"}
    (folder / "npmguard.toml").write_text('minimum-release-age = "1h"\n')
    assert wanted(folder).minimum_release_age_exclude == ()


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
