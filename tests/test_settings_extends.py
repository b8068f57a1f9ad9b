"""Settings that extend a common file."""

from datetime import date
from pathlib import Path

import pytest

from npmguard.errors import SettingsError
from npmguard.model import Severity
from npmguard.project import manifest as manifests
from npmguard.settings import Ignore, Options, Override, Settings, resolve

COMMON = """
fail-on = "moderate"
skip = ["outdated", "deprecated"]
allowed-hosts = ["npm.corp.example"]
minimum-release-age = "3d"

[rules.advisory]
severity = "high"
dev-severity = "low"

[rules.typosquat]
enabled = false

[[override]]
severity = "info"
package = "@corp/*"

[[ignore]]
rule = "advisory"
package = "minimist"
reason = "looked at by the company"
until = 2030-01-31

[licences]
allow = ["MIT"]
"""


@pytest.fixture
def repository(here: Path) -> Path:
    """A repository with a common file at its top and a project in apps/web."""
    (here / ".git").mkdir()
    (here / "apps" / "web").mkdir(parents=True)
    (here / "npmguard.toml").write_text(COMMON)
    return here


def settings(toml: str, options: Options | None = None, data: bytes = b"{}") -> Settings:
    """What is in force in apps/web with that npmguard.toml."""
    if toml:
        Path("apps/web/npmguard.toml").write_text(toml)
    return resolve(options or Options(), "apps/web", manifests.parse(data, "apps/web/package.json"))


def refused(toml: str) -> str:
    with pytest.raises(SettingsError) as caught:
        settings(toml)
    return str(caught.value)


def test_a_project_takes_what_its_organisation_says(repository: Path) -> None:
    assert settings('extends = "../../npmguard.toml"') == Settings(
        fail_on=Severity.MODERATE,
        skip=frozenset(["outdated", "deprecated", "typosquat"]),
        severities={"advisory": Severity.HIGH},
        dev_severities={"advisory": Severity.LOW},
        overrides=(Override(Severity.INFO, package="@corp/*"),),
        allowed_hosts=("npm.corp.example",),
        minimum_release_age=3 * 86_400,
        ignores=(Ignore("advisory", "looked at by the company", "minimist", until=date(2030, 1, 31)),),
        allowed_licences=("MIT",),
    )


def test_its_own_stands_above(repository: Path) -> None:
    found = settings(
        """
        extends = "../../npmguard.toml"
        fail-on = "none"
        skip = ["unmaintained"]
        allowed-hosts = ["npm.web.example", "npm.corp.example"]

        [rules.advisory]
        severity = "critical"

        [rules.outdated]
        enabled = true

        [rules.typosquat]
        enabled = true

        [[override]]
        severity = "low"
        package = "@corp/web-*"

        [licences]
        allow = ["ISC"]
        deny = ["WTFPL"]
        """
    )
    assert found.fail_on is None
    assert found.skip == {"deprecated", "unmaintained"}
    assert found.severities == {"advisory": Severity.CRITICAL}
    assert found.dev_severities == {"advisory": Severity.LOW}
    assert found.allowed_hosts == ("npm.corp.example", "npm.web.example")
    assert [override.package for override in found.overrides] == ["@corp/*", "@corp/web-*"]
    assert (found.allowed_licences, found.denied_licences) == (("MIT", "ISC"), ("WTFPL",))
    assert len(found.ignores) == 1


def test_what_it_skips_is_skipped_though_the_common_file_enables_it(repository: Path) -> None:
    (repository / "npmguard.toml").write_text("[rules.outdated]\nenabled = true")
    assert settings('extends = "../../npmguard.toml"\nskip = ["outdated"]').skip == {"outdated"}


def test_the_key_of_package_json_may_extend_too(repository: Path) -> None:
    data = b'{"npmguard": {"extends": "../../npmguard.toml", "fail-on": "low"}}'
    found = settings("", data=data)
    assert (found.fail_on, found.allowed_hosts) == (Severity.LOW, ("npm.corp.example",))


def test_strict_does_without_both(repository: Path) -> None:
    assert settings('extends = "../../npmguard.toml"', Options(strict=True)) == Settings()


@pytest.mark.parametrize("strict", [False, True])
def test_the_file_of_the_command_line_may_extend_what_it_likes(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, strict: bool
) -> None:
    other = tmp_path_factory.mktemp("policy")
    (other / "base.npmguard.toml").write_text('fail-on = "info"')
    (other / "mine.toml").write_text('extends = "base.npmguard.toml"')
    options = Options(config=str(other / "mine.toml"), strict=strict)
    assert settings('fail-on = "none"', options).fail_on is Severity.INFO


def test_files_may_extend_one_another(repository: Path) -> None:
    (repository / "apps" / "base-npmguard.toml").write_text('extends = "../npmguard.toml"\nfail-on = "info"')
    found = settings('extends = "../base-npmguard.toml"')
    assert (found.fail_on, found.allowed_hosts) == (Severity.INFO, ("npm.corp.example",))


def test_not_more_of_them_than_a_person_overlooks(repository: Path) -> None:
    for number in range(8):
        (repository / f"{number}.npmguard.toml").write_text(f'extends = "{number + 1}.npmguard.toml"')
    (repository / "8.npmguard.toml").write_text("")
    assert refused('extends = "../../0.npmguard.toml"') == (
        "6.npmguard.toml:1: extends: '7.npmguard.toml' is one file too many (8 may extend one another)"
    )
    assert settings('extends = "../../2.npmguard.toml"') == Settings()


@pytest.mark.parametrize(
    ("named", "reason"),
    [
        ("https://policy.example.test/npmguard.toml", "is not a path that begins at this file"),
        ("/etc/npmguard.toml", "is not a path that begins at this file"),
        ("~/npmguard.toml", "is not a path that begins at this file"),
        ("../../policy.toml", "does not end in npmguard.toml, as the names of all settings files do"),
        ("../../../npmguard.toml", "lies outside of the repository"),
        ("link-npmguard.toml", "lies outside of the repository"),
        ("npmguard.toml", "leads back to where it came from"),
        ("round.npmguard.toml", None),
        ("\\u0000npmguard.toml", "is no path"),
    ],
)
def test_what_cannot_be_extended(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, named: str, reason: str | None
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "npmguard.toml"
    outside.write_text("secret = 1")
    (repository / "apps" / "web" / "link-npmguard.toml").symlink_to(outside)
    (repository / "apps" / "web" / "round.npmguard.toml").write_text('extends = "npmguard.toml"')
    found = refused(f'\nextends = "{named}"')
    if reason is None:
        assert found == (
            "apps/web/round.npmguard.toml:1: extends: 'npmguard.toml' leads back to where it came from"
        )
        return
    assert found.startswith("apps/web/npmguard.toml:2: extends: ")
    assert found.endswith(reason)


def test_without_a_repository_the_project_is_the_bound(here: Path) -> None:
    (here / "apps" / "web").mkdir(parents=True)
    (here / "npmguard.toml").write_text("")
    if any((above / ".git").exists() for above in here.resolve().parents):
        pytest.skip("the temporary folder lies in a repository")
    assert refused('extends = "../../npmguard.toml"').endswith("lies outside of the repository")


def test_a_file_that_is_not_there(repository: Path) -> None:
    assert refused('extends = "gone-npmguard.toml"') == (
        "apps/web/npmguard.toml:1: extends: apps/web/gone-npmguard.toml: cannot be read: "
        "No such file or directory"
    )


def test_an_error_in_the_common_file_names_that_file(repository: Path) -> None:
    (repository / "npmguard.toml").write_text('\nfail_on = "low"')
    assert refused('extends = "../../npmguard.toml"') == (
        "npmguard.toml:2: unknown setting 'fail_on'; did you mean fail-on?"
    )


def test_a_file_of_settings_has_bounds(repository: Path) -> None:
    (repository / "npmguard.toml").write_text("#" * (1 << 18) + "\n")
    found = refused('extends = "../../npmguard.toml"')
    assert found == "npmguard.toml: larger than settings ever are (256 KiB)"
