from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.publishing import files, publishable, run

from npmguard.model import Leak, PackedFile, Severity
from npmguard.rules.sensitive_file import RULE
from npmguard.rules.unwanted import KINDS, known

CRITICAL, HIGH, MODERATE = Severity.CRITICAL, Severity.HIGH, Severity.MODERATE
LOW, INFO = Severity.LOW, Severity.INFO


@pytest.mark.parametrize(
    ("path", "kind", "severity"),
    [
        (".netrc", "credentials", CRITICAL),
        ("home/.aws/credentials", "credentials", CRITICAL),
        (".docker/config.json", "credentials", CRITICAL),
        ("config/service-account.json", "credentials", CRITICAL),
        ("acme-firebase-adminsdk-ab12c-0123456789.json", "credentials", CRITICAL),
        (".npmrc.bak", "credentials", CRITICAL),
        (".ssh/known_hosts", "ssh", CRITICAL),
        ("keys/ID_RSA", "private-key", HIGH),
        ("deploy.ppk", "private-key", HIGH),
        ("backup/private-key.asc", "private-key", HIGH),
        ("app/release.keystore", "keystore", HIGH),
        ("certs/client.P12", "keystore", HIGH),
        (".env", "environment", HIGH),
        (".ENV.local", "environment", HIGH),
        (".env.production.bak", "environment", HIGH),
        (".vault.env", "environment", HIGH),
        (".envrc", "environment", HIGH),
        ("infra/terraform.tfstate", "terraform-state", HIGH),
        ("infra/terraform.tfstate.backup", "terraform-state", HIGH),
        ("infra/prod.tfvars", "terraform-variables", MODERATE),
        (".bash_history", "history", HIGH),
        ("lib/.git/config", "version-control", MODERATE),
        ("data/users.sqlite3", "database", MODERATE),
        ("db-backup-2026.sql", "database", MODERATE),
        ("core.4711", "memory", MODERATE),
        ("Heap.20260101.heapsnapshot", "memory", MODERATE),
        ("node_modules/once/once.js", "dependencies", LOW),
        ("coverage/lcov.info", "coverage", LOW),
        (".nyc_output/0.json", "coverage", LOW),
        ("npm-debug.log.3", "log", LOW),
        ("index.js.orig", "copy", LOW),
        ("index.js~", "copy", LOW),
        (".idea/workspace.xml", "editor", LOW),
        (".index.js.swp", "editor", LOW),
        ("src/.DS_Store", "system", LOW),
        ("Thumbs.db", "system", LOW),
        ("lib-1.2.2.tgz", "tarball", LOW),
        (".github/workflows/ci.yml", "ci", INFO),
        ("Jenkinsfile", "ci", INFO),
        ("CLAUDE.md", "assistant", INFO),
        (".cursor/rules/style.mdc", "assistant", INFO),
        ("test/.env", "environment", MODERATE),
        ("test/keys/id_rsa", "private-key", MODERATE),
        ("examples/app/.vscode/settings.json", "editor", INFO),
    ],
)
def test_what_should_never_leave(path: str, kind: str, severity: Severity) -> None:
    found = known(path)
    assert found is not None
    assert (found.kind.id, found.severity) == (kind, severity)


@pytest.mark.parametrize(
    "path",
    [
        "index.js",
        ".env.example",
        ".env.sample",
        "config/.env.template",
        ".env.d.ts",
        "environment.js",
        "src/environment/prod.ts",
        "service-account.example.json",
        "lib/service-account.js",
        "android/app/debug.keystore",
        "certs/ca.pem",
        "cacert.pem",
        "keys/public.pem",
        "key.js",
        "schema.sql",
        "migrations/001_init.sql",
        "lib/coverage/index.js",
        "core.js",
        "core.min.js",
        "lib/git/index.js",
        "history.js",
        "templates/base.tgz",
        "dist/log.js",
        "src/node_modules.ts",
        "README.md",
    ],
)
def test_what_may_well_be_in_a_package(path: str) -> None:
    assert known(path) is None


def test_a_file_is_told_with_its_size_and_the_line_that_keeps_it_in() -> None:
    (found,) = run(RULE, publishable("config/.env", folder="apps/web"))
    assert found.title == "config/.env would be published: .env file"
    assert found.detail.startswith("config/.env (100 bytes). ")
    assert found.detail.endswith('Add "!config/.env" to the end of "files" in package.json.')
    assert found.fix == ("edit", '"!config/.env"', None)
    assert found.location == ("apps/web/config/.env", None, None)
    assert found.ids == ("environment",)


def test_the_line_goes_where_the_package_says_what_belongs_in() -> None:
    ignored = publishable(".env", data={"files": None}, ignore_files=(".npmignore",))
    (found,) = run(RULE, ignored)
    assert found.detail.endswith("Add the line .env to .npmignore.")
    (found,) = run(RULE, publishable(".env", data={"files": None}))
    assert found.detail.endswith("or add the line .env to .gitignore.")


def test_a_folder_is_one_finding() -> None:
    (found,) = run(RULE, publishable("coverage/lcov.info", "coverage/lcov-report/a.html", "coverage/x.json"))
    assert found.title == "3 files in coverage/ would be published: file of a coverage report"
    assert found.fix is not None
    assert found.fix.to == '"!coverage/"'


def test_many_folders_are_one_finding_and_few_are_not() -> None:
    few = run(RULE, publishable("a/x.p12", "b/x.p12"))
    assert [found.title for found in few] == [
        "a/x.p12 would be published: keystore",
        "b/x.p12 would be published: keystore",
    ]
    (found,) = run(RULE, publishable(*(f"lib/{n}/x.p12" for n in range(9))))
    assert found.title == "9 files in lib/ would be published: keystore"
    assert found.fix is not None
    assert found.fix.to == '"!lib/**/*.p12"'


def test_no_line_takes_more_out_than_it_names() -> None:
    (found,) = run(RULE, publishable(".travis.yml", "appveyor.yml", "data.yml"))
    assert found.fix is not None
    assert found.fix.to == '"!.travis.yml", "!appveyor.yml"'


def test_what_was_read_and_holds_no_key_is_low() -> None:
    (found,) = run(RULE, publishable("config/server.pem"))
    assert found.severity is LOW
    (found,) = run(RULE, publishable("config/server.pem", unread=(("config/server.pem", "too large"),)))
    assert found.severity is HIGH
    leak = Leak("config/server.pem", 1, "private-key", "", "private key", "high", "----… (1704 characters)")
    assert run(RULE, publishable("config/server.pem", leaks=(leak,))) == []


def test_settings_with_a_credential_are_critical() -> None:
    leak = Leak("x/.npmrc", 1, "npm-token", "npm", "access token", "high", "npm_… (40 characters)")
    (found,) = run(RULE, publishable("x/.npmrc", leaks=(leak,)))
    assert found.severity is CRITICAL
    (found,) = run(RULE, publishable("x/.npmrc"))
    assert found.severity is LOW


def test_of_bundled_packages_only_what_is_grave_is_told() -> None:
    paths = ("node_modules/once/once.js", "node_modules/once/.travis.yml", "node_modules/once/.env")
    (found,) = run(RULE, publishable(*paths, data={"bundleDependencies": ["once"]}))
    assert found.title == "node_modules/once/.env would be published: .env file"


def test_tests_are_told_by_weight() -> None:
    held = (PackedFile("index.js", 300_000, 0o644), PackedFile("test/a.js", 700_000, 0o644))
    (found,) = run(RULE, publishable(files=held))
    assert (found.severity, found.title) == (INFO, "Tests make up 70 % of the package: 700 kB of 1.0 MB")
    assert run(RULE, publishable(files=(held[0], PackedFile("test/a.js", 70_000, 0o644)))) == []


def test_a_package_without_fault_is_left_alone() -> None:
    assert run(RULE, publishable("index.js", "lib/a.js", "README.md", "LICENSE", "test/a.js")) == []


def test_nothing_is_said_where_nothing_is_published() -> None:
    assert run(RULE, publishable(".env")._replace(packed=None)) == []


def test_every_kind_can_be_met() -> None:
    assert len({kind.id for kind in KINDS}) == len(KINDS)
    for kind in KINDS:
        words = [*kind.names.split(), *(f"x{end}" for end in kind.endings.split())]
        words += [f"{folder}/x" for folder in kind.folders.split()]
        for word in words:
            found = known(word)
            assert found is not None or kind.but, (kind.id, word)


@given(st.lists(st.text(st.sampled_from("/.abE envkyp12~-_\0\n"), max_size=30), max_size=20))
def test_no_path_makes_it_raise(paths: list[str]) -> None:
    run(RULE, publishable(files=files(*paths, "a")))
