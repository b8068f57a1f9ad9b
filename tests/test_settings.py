"""npmguard.toml, the "npmguard" key of package.json, and the command line above both."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from npmguard import __version__
from npmguard.errors import InputError, SettingsError, UsageError
from npmguard.model import Severity
from npmguard.project import manifest as manifests
from npmguard.settings import LATER, Ignore, Options, Override, Settings, fail_on, known_rules, near, resolve

NO_LICENCE = "is no licence of the SPDX list; did you mean "
ENABLED = "skip names outdated, which [rules.outdated] enables"
IGNORE = '[[ignore]]\nrule = "advisory"\nreason = "not reached"\n'


def settings(
    toml: str | None = None, key: Any = None, options: Options | None = None, folder: str = "."
) -> Settings:
    """What is in force for a project in `folder`, of that npmguard.toml and that key of package.json."""
    if toml is not None:
        Path(folder, "npmguard.toml").write_text(toml)
    document = {"name": "shop"} if key is None else {"name": "shop", "npmguard": key}
    manifest = manifests.parse(json.dumps(document).encode(), "package.json")
    return resolve(options or Options(), folder, manifest)


def refused(toml: str) -> str:
    with pytest.raises(SettingsError) as caught:
        settings(toml)
    return str(caught.value)


def test_a_project_without_settings_has_the_defaults(here: Path) -> None:
    assert settings() == Settings()
    assert Settings().fail_on is Severity.HIGH


def test_a_toml_file_says_everything(here: Path) -> None:
    found = settings(
        f"""
        fail-on = "moderate"
        skip = ["outdated"]
        only = ["advisory", "malware"]
        allowed-hosts = ["registry.example.test"]
        internal-scopes = ["@corp"]
        minimum-release-age = "3d"
        required-version = "=={__version__}"

        minimum-release-age-exclude = ["@corp/*"]

        [rules.outdated]
        severity = "low"
        dev-severity = "info"

        [rules.deprecated]
        enabled = false

        [[override]]
        severity = "info"
        package = "@corp/*"

        [[ignore]]
        rule = "advisory"
        package = "once"
        version = "1.4.0"
        id = "GHSA-aaaa-bbbb-cccc"
        via = "rimraf"
        dev = true
        reason = " not reached "
        until = 2027-01-31

        [licences]
        allow = ["mit", "Apache-2.0"]
        deny = ["gpl-*", "UNLICENSED"]
        """
    )
    assert found == Settings(
        fail_on=Severity.MODERATE,
        skip=frozenset(["outdated", "deprecated"]),
        only=frozenset(["advisory", "malware"]),
        allowed_hosts=("registry.example.test",),
        internal_scopes=("@corp",),
        minimum_release_age=3 * 86_400,
        minimum_release_age_exclude=("@corp/*",),
        severities={"outdated": Severity.LOW},
        dev_severities={"outdated": Severity.INFO},
        overrides=(Override(Severity.INFO, package="@corp/*"),),
        ignores=(
            Ignore(
                "advisory",
                "not reached",
                "once",
                "1.4.0",
                "GHSA-aaaa-bbbb-cccc",
                date(2027, 1, 31),
                "rimraf",
                True,
            ),
        ),
        allowed_licences=("MIT", "Apache-2.0"),
        denied_licences=("gpl-*", "UNLICENSED"),
    )


def test_the_key_of_package_json_says_the_same(here: Path) -> None:
    found = settings(
        key={
            "fail-on": "none",
            "rules": {"outdated": {"severity": "info"}},
            "ignore": [{"rule": "advisory", "reason": "not reached", "until": "2027-01-31"}],
        }
    )
    assert found.fail_on is None
    assert found.severities == {"outdated": Severity.INFO}
    assert found.ignores == (Ignore("advisory", "not reached", until=date(2027, 1, 31)),)


def test_the_toml_file_wins_whole(here: Path) -> None:
    found = settings('fail-on = "low"', {"fail-on": "critical", "skip": ["outdated"]})
    assert found.fail_on is Severity.LOW
    assert found.skip == frozenset()


def test_an_empty_toml_file_wins_too(here: Path) -> None:
    assert settings("", {"skip": ["outdated"]}) == Settings()


def test_strict_does_without_the_projects_own(here: Path) -> None:
    key = {"skip": ["outdated"]}
    assert settings(key=key, options=Options(strict=True)) == Settings()
    assert settings('skip = ["outdated"]', key, Options(strict=True)) == Settings()


def test_strict_does_not_even_read_them(here: Path) -> None:
    assert settings("not TOML", {"nonsense": 1}, Options(strict=True)) == Settings()


@pytest.mark.parametrize("strict", [False, True])
def test_config_stands_in_for_the_projects_own(here: Path, strict: bool) -> None:
    (here / "other.toml").write_text('fail-on = "critical"')
    options = Options(config="other.toml", strict=strict)
    found = settings('fail-on = "low"\nskip = ["outdated"]', {"fail-on": "info"}, options)
    assert found == Settings(fail_on=Severity.CRITICAL)


def test_a_config_that_is_not_there_is_an_error(here: Path) -> None:
    with pytest.raises(InputError, match=r"^gone\.toml: cannot be read: "):
        settings(options=Options(config="gone.toml"))


def test_errors_name_the_file_from_the_working_directory(here: Path) -> None:
    (here / "apps" / "web").mkdir(parents=True)
    with pytest.raises(SettingsError, match=r"^apps/web/npmguard\.toml:2: unknown setting 'skipp'"):
        settings('fail-on = "low"\nskipp = []\n', folder="apps/web")


@pytest.mark.parametrize(
    ("toml", "line", "reason"),
    [
        ('\nfail_on = "low"', 2, "unknown setting 'fail_on'; did you mean fail-on?"),
        ("ignores = []", 1, "unknown setting 'ignores'; did you mean ignore?"),
        ("zzz = 1", 1, "unknown setting 'zzz'"),
        ('skip = [\n "advisry",\n]', 2, "skip: no such rule 'advisry'; did you mean advisory?"),
        ('only = ["zzzzzz"]', 1, "only: no such rule 'zzzzzz'"),
        ('[rules.outdatd]\nseverity = "low"', 1, "rules: no such rule 'outdatd'; did you mean outdated?"),
        (
            '\n[rules.outdated]\nseverty = "low"',
            3,
            "unknown setting of rules.outdated 'severty'; did you mean severity?",
        ),
        (
            '[rules.outdated]\nseverity = "hgh"',
            2,
            "severity: 'hgh' is not a severity; did you mean high?",
        ),
        ("[rules.outdated]\nseverity = 3", 2, "severity: 3 is not a severity"),
        (f'{IGNORE}pakage = "once"', 4, "unknown setting of an ignore 'pakage'; did you mean package?"),
        (
            '[[override]]\nseverty = "low"',
            2,
            "unknown setting of an override 'severty'; did you mean severity?",
        ),
        (
            'fail-on = "low"\n[licences]\nalow = []',
            3,
            "unknown setting of licences 'alow'; did you mean allow?",
        ),
        ('[licences]\nallow = [\n  "MIT",\n  "Apache2",\n]', 4, f"allow: 'Apache2' {NO_LICENCE}Apache-2.0?"),
        ('[licences]\ndeny = ["GLP-*"]', 2, "deny: 'GLP-*' stands for no licence of the SPDX list"),
        (
            '[licences]\ndeny = ["MIT OR ISC"]',
            2,
            "deny: 'MIT OR ISC' is more than one licence: name each for itself",
        ),
        ('skip = ["outdated"]\n[rules.outdated]\nenabled = true', 1, ENABLED),
    ],
)
def test_what_is_unknown_is_named_with_its_line_and_the_nearest(
    here: Path, toml: str, line: int, reason: str
) -> None:
    assert refused(toml) == f"npmguard.toml:{line}: {reason}"


@pytest.mark.parametrize(
    ("toml", "reason"),
    [
        ('skip = "outdated"', "skip is not a list of texts"),
        ("only = [1]", "only is not a list of texts"),
        ("allowed-hosts = {}", "allowed-hosts is not a list of texts"),
        ("internal-scopes = [[]]", "internal-scopes is not a list of texts"),
        ("rules = []", "rules is not a table"),
        ("rules = {outdated = 1}", "rules.outdated is not a table"),
        ("ignore = {}", "ignore is not a list of tables"),
        ("ignore = [1]", "an ignore is not a table"),
        ("override = {}", "override is not a list of tables"),
        ("override = [1]", "an override is not a table"),
        ("licences = []", "licences is not a table"),
        ("licences = {allow = true}", "allow is not a list of texts"),
        ('rules = {outdated = {enabled = "no"}}', "enabled is neither true nor false"),
        ("extends = 1", "extends is not text"),
        ("$schema = 1".replace("$schema", '"$schema"'), "$schema is not text"),
        ('fail-on = "sometimes"', "fail-on: 'sometimes' is not a severity"),
        ("fail-on = true", "fail-on: True is not a severity"),
        ("required-version = 1", "required-version is not a range such as >=0.1"),
        ('required-version = "new"', "required-version is not a range such as >=0.1"),
    ],
)
def test_what_has_the_wrong_type_is_refused(here: Path, toml: str, reason: str) -> None:
    assert refused(toml) == f"npmguard.toml:1: {reason}"


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ('rule = "advisory"', "an ignore of advisory gives no reason"),
        ('rule = "advisory"\nreason = " "', "an ignore of advisory gives no reason"),
        ('reason = "why not"', "an ignore names no rule"),
        ('rule = "advisroy"\nreason = "x"', "ignore: no such rule 'advisroy'; did you mean advisory?"),
        ('rule = "advisory"\nreason = 1', "reason of an ignore is not text"),
        ('rule = "advisory"\nreason = "x"\nversion = 1', "version of an ignore is not text"),
    ],
)
def test_an_ignore_says_which_rule_and_why(here: Path, entry: str, reason: str) -> None:
    assert refused(f"[[ignore]]\n{entry}\n").partition(": ")[2] == reason


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ('rule = "advisory"', "an override gives no severity"),
        ('severity = "low"', "an override says not of what (rule, package, version, id, via, dev)"),
        ('severity = "low"\nrule = "advisroy"', "override: no such rule 'advisroy'; did you mean advisory?"),
        ('severity = "low"\ndev = 1', "dev is neither true nor false"),
        ('severity = "low"\nvia = 1', "via of an override is not text"),
    ],
)
def test_an_override_says_how_bad_and_of_what(here: Path, entry: str, reason: str) -> None:
    assert refused(f"[[override]]\n{entry}\n").partition(": ")[2] == reason


def test_an_editor_may_be_told_of_the_schema(here: Path) -> None:
    assert settings('"$schema" = "npmguard.schema.json"') == Settings()


def test_an_error_of_package_json_says_that_it_is_the_key(here: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        settings(key={"fail_on": "low"})
    assert str(caught.value).startswith("package.json")
    assert caught.value.reason == "the \"npmguard\" key: unknown setting 'fail_on'; did you mean fail-on?"


@pytest.mark.parametrize("key", ["yes", [], 1, False])
def test_the_key_of_package_json_is_an_object(here: Path, key: object) -> None:
    with pytest.raises(SettingsError, match='the "npmguard" key: not an object'):
        settings(key=key)


@pytest.mark.parametrize("until", ["2027-01-31", '"2027-01-31"', "2027-01-31T08:00:00Z"])
def test_a_date_may_be_written_in_three_ways(here: Path, until: str) -> None:
    (ignore,) = settings(f"{IGNORE}until = {until}").ignores
    assert ignore.until == date(2027, 1, 31)
    assert type(ignore.until) is date


@pytest.mark.parametrize(
    "until", ['"soon"', '"2027-02-30"', '""', "2027", "08:00:00", "true", '["2027-01-31"]']
)
def test_what_is_no_date_is_refused(here: Path, until: str) -> None:
    found = refused(f"{IGNORE}until = {until}")
    assert found.startswith("npmguard.toml:4: until ")
    assert found.endswith("not a date such as 2027-01-31")


@pytest.mark.parametrize(
    ("age", "seconds"), [("90m", 5400), ("12h", 43_200), ("3d", 259_200), ("2 w", 1_209_600), ("0d", 0)]
)
def test_ages_are_seconds(here: Path, age: str, seconds: int) -> None:
    assert settings(f'minimum-release-age = "{age}"').minimum_release_age == seconds


@pytest.mark.parametrize("age", ['"3"', '"3 days"', '"-3d"', '"1.5d"', '"d"', '""', "3", '"3d3h"', '"3D"'])
def test_what_is_no_age_is_refused(here: Path, age: str) -> None:
    reason = "minimum-release-age is not an age such as 3d, 12h or 2w"
    assert refused(f"minimum-release-age = {age}") == f"npmguard.toml:1: {reason}"


@pytest.mark.parametrize("wanted", [f"=={__version__}", f"<={__version__}", ">0.0.1", "", ">0.0.1,<1000"])
def test_a_required_version_that_this_one_meets(here: Path, wanted: str) -> None:
    assert settings(f'required-version = "{wanted}"') == Settings()


def test_a_required_version_that_this_one_does_not_meet(here: Path) -> None:
    assert refused('required-version = ">=1000"') == (
        f"npmguard.toml:1: npmguard >=1000 is wanted; this is {__version__}"
    )


@pytest.mark.parametrize(
    ("toml", "line"),
    [("\nfail-on = ", 2), ("a = 1\na = 2\n", 2), ('\n\nskip = ["x"', 3), ("fail-on = low\n", 1)],
)
def test_bad_toml_is_refused_with_its_line(here: Path, toml: str, line: int) -> None:
    assert refused(toml).startswith(f"npmguard.toml:{line}: not TOML: ")


def test_a_file_that_is_not_utf_8_is_refused(here: Path) -> None:
    (here / "npmguard.toml").write_bytes(b'fail-on = "l\xf6w"')
    with pytest.raises(SettingsError, match=r"^npmguard\.toml: not UTF-8 text$"):
        settings()


def test_a_byte_order_mark_does_no_harm(here: Path) -> None:
    (here / "npmguard.toml").write_bytes(b'\xef\xbb\xbffail-on = "low"')
    assert settings().fail_on is Severity.LOW


def test_deep_nesting_is_refused(here: Path) -> None:
    assert refused("skip = " + "[" * 20_000) == "npmguard.toml: nested too deeply"


def test_only_and_skip_choose_the_rules(here: Path) -> None:
    found = settings(options=Options(only=("advisory", "outdated"), skip=("outdated",)))
    assert [rule for rule in sorted(known_rules()) if found.chosen(rule)] == ["advisory"]
    assert settings(options=Options(skip=("outdated",))).chosen("advisory")
    assert not settings(options=Options(skip=("outdated",))).chosen("outdated")


def test_only_on_the_command_line_takes_the_place_of_the_files(here: Path) -> None:
    toml = 'only = ["malware"]\nskip = ["advisory", "outdated"]'
    found = settings(toml, options=Options(only=("advisory",)))
    assert found.only == {"advisory"}
    assert found.chosen("advisory")


def test_skip_on_the_command_line_adds_to_the_files(here: Path) -> None:
    found = settings('skip = ["outdated"]', options=Options(skip=("advisory",)))
    assert found.skip == {"outdated", "advisory"}


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (Options(only=("advisry",)), "--only advisry: no such rule; did you mean advisory?"),
        (Options(skip=("zzzzzz",)), "--skip zzzzzz: no such rule"),
        (Options(skip=("advisory", "")), "--skip : no such rule"),
        (
            Options(fail_on="soon"),
            "--fail-on soon: not a severity (critical, high, moderate, low, info, none)",
        ),
    ],
)
def test_a_bad_option_is_refused(here: Path, options: Options, reason: str) -> None:
    with pytest.raises(UsageError) as caught:
        settings(options=options)
    assert str(caught.value) == reason


def test_a_rule_that_is_yet_to_come_may_stand_in_a_file_only(here: Path) -> None:
    assert "engines-missing" in LATER
    assert settings('skip = ["engines-missing"]').skip == {"engines-missing"}
    with pytest.raises(UsageError):
        settings(options=Options(skip=("engines-missing",)))


def test_rules_about_licences_run_where_a_list_is_set(here: Path) -> None:
    assert not Settings().chosen("licence-denied")
    assert settings('[licences]\ndeny = ["GPL-*"]').chosen("licence-unknown")
    assert not settings("[licences]\nallow = []").chosen("licence-denied")


def test_no_rule_is_both_there_and_yet_to_come() -> None:
    assert not known_rules() & LATER


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("info", Severity.INFO),
        ("low", Severity.LOW),
        ("moderate", Severity.MODERATE),
        ("medium", Severity.MODERATE),
        ("HIGH", Severity.HIGH),
        ("Critical", Severity.CRITICAL),
        ("none", None),
    ],
)
def test_fail_on_takes_a_severity_or_none(here: Path, word: str, severity: Severity | None) -> None:
    assert fail_on(word) is severity
    assert settings(options=Options(fail_on=word)).fail_on is severity
    assert settings(f'fail-on = "{word}"').fail_on is severity


def test_fail_on_none_means_never_in_any_case(here: Path) -> None:
    assert settings('fail-on = "None"').fail_on is fail_on("None")


def test_fail_on_of_the_command_line_wins(here: Path) -> None:
    assert settings('fail-on = "low"', options=Options(fail_on="none")).fail_on is None
    assert settings('fail-on = "none"', options=Options(fail_on="low")).fail_on is Severity.LOW


def test_the_rest_of_the_command_line_is_taken_over(here: Path) -> None:
    options = Options(advisories=("osv",), offline=True, production=True, allow_incomplete=True)
    assert settings(options=options) == Settings(
        advisories=("osv",), offline=True, production=True, allow_incomplete=True
    )


def test_a_near_word_is_near() -> None:
    assert near("advisry", frozenset(["advisory", "malware"])) == "; did you mean advisory?"
    assert near("x", frozenset(["advisory", "malware"])) == ""


def test_an_ignore_without_a_reason_is_pointed_at(here: Path) -> None:
    assert refused(f'{IGNORE}\n[[ignore]]\nrule = "outdated"\n').startswith("npmguard.toml:5: ")


def test_a_comment_is_not_pointed_at(here: Path) -> None:
    toml = '# never skip advisories\nfail-on = "low"\nskip = 1\n'
    assert refused(toml) == "npmguard.toml:3: skip is not a list of texts"


def test_a_list_of_tables_has_bounds(here: Path) -> None:
    assert len(settings(IGNORE * 1000).ignores) == 1000
    assert refused(IGNORE * 1001) == "npmguard.toml:1: ignore has more than 1000 entries"


@pytest.mark.parametrize("toml", ["{} = 1", 'skip = ["{}"]', '[licences]\nallow = ["{}"]', 'fail-on = "{}"'])
def test_a_long_word_is_cut(here: Path, toml: str) -> None:
    assert len(refused(toml.format("x" * 200_000))) < 400


def test_a_newer_files_required_version_is_said_before_its_unknown_settings(here: Path) -> None:
    assert "npmguard >=1000 is wanted" in refused('required-version = ">=1000"\nbrand-new = true\n')
