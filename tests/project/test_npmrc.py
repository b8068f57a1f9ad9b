"""npm's settings, and what a project's .npmrc may not decide."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npmguard.origins import default_registry
from npmguard.project.npmrc import NpmConfig, load, parse


def settings(
    here: Path,
    *,
    project: str = "",
    user: str = "",
    everywhere: str = "",
    registry: str | None = None,
    **env: str,
) -> NpmConfig:
    for name, text in ((".npmrc", project), ("user", user), ("global", everywhere)):
        (here / name).write_text(text)
    files = {"NPM_CONFIG_USERCONFIG": str(here / "user"), "NPM_CONFIG_GLOBALCONFIG": str(here / "global")}
    return load(str(here), registry=registry, environ={**files, **env})


def test_who_wins(here: Path) -> None:
    one, two, three, four = (f"https://{n}.example.test/" for n in ("one", "two", "three", "four"))
    assert settings(here).registry == default_registry()
    assert settings(here).registries == {}
    assert settings(here, everywhere=f"registry={one}").registry == one
    assert settings(here, everywhere=f"registry={one}", user=f"registry={two}").registry == two
    assert settings(here, user=f"registry={two}", project=f"registry = {three}").registry == three
    assert settings(here, project=f"registry={three}", npm_config_registry=four).registry == four
    assert settings(here, npm_config_registry=four, registry="https://flag.example.test").registry == (
        "https://flag.example.test/"
    )


def test_scopes_and_credentials(here: Path) -> None:
    found = settings(
        here,
        user="""
            @corp:registry = https://npm.corp.example/api/npm
            //npm.corp.example/api/:_authToken = ${TOKEN}
            //other.example/:username = me
            //other.example/:_password = c2VjcmV0
        """,
        TOKEN="made-up",
    )
    assert found.registry_for("@corp/x") == "https://npm.corp.example/api/npm/"
    assert found.registry_for("x") == default_registry()
    assert found.credentials_for("https://npm.corp.example/api/npm/x") == "Bearer made-up"
    assert found.credentials_for("https://npm.corp.example/api") is None
    assert found.credentials_for("https://npm.corp.example.evil.example/api/npm/x") is None
    assert found.credentials_for("https://npm.corp.example:8443/api/npm/x") is None
    assert found.credentials_for("https://npm.corp.example@evil.example/api/npm/x") is None
    assert found.credentials_for("https://other.example/x") == "Basic bWU6c2VjcmV0"


def test_a_project_cannot_send_the_environment_away(here: Path) -> None:
    found = settings(
        here,
        project="""
            registry = https://evil.example/
            //evil.example/:_authToken = ${TOKEN}
        """,
        user="//npm.corp.example/:_authToken = made-up",
        TOKEN="made-up-secret",
    )
    assert found.registry == "https://evil.example/"
    assert found.credentials_for("https://evil.example/x") is None
    assert any("evil.example" in line for line in found.ignored)


def test_a_project_cannot_write_a_variable_into_a_url(here: Path) -> None:
    found = settings(here, project="registry=https://evil.example/${TOKEN}/", TOKEN="made-up-secret")
    assert found.registry == default_registry()
    assert settings(here, project="registry=${MIRROR}", MIRROR="https://m.example.test").registry == (
        "https://m.example.test/"
    )


@pytest.mark.parametrize("key", ["proxy", "https-proxy", "cafile", "ca", "strict-ssl", "_authToken", "_auth"])
def test_a_project_cannot_listen_in(here: Path, key: str) -> None:
    found = settings(here, project=f"{key}=https://evil.example")
    assert found.get(key) is None
    assert found.ignored


def test_a_token_for_a_host_that_the_user_knows_is_the_users_to_send(here: Path) -> None:
    project = "//npm.corp.example/:_authToken=${TOKEN}"
    found = settings(here, project=project, user="@corp:registry=https://npm.corp.example/", TOKEN="made-up")
    assert found.credentials_for("https://npm.corp.example/x") == "Bearer made-up"
    host = default_registry().removeprefix("https:")
    found = settings(here, project=f"{host}:_authToken=${{TOKEN}}", TOKEN="made-up")
    assert found.credentials_for(default_registry() + "x") == "Bearer made-up"


def test_what_is_no_url_names_no_registry(here: Path) -> None:
    for text in ("javascript:x", "evil", "https://", "file:///etc", "https://[x"):
        assert settings(here, user=f"registry={text}").registry == default_registry()


def test_the_ini_form() -> None:
    assert parse('a=1\n; no\n# no\nb = "x;y" \nc=x ; said\nd\n e[] = 1\ne[]=2\nf=a\\;b\n[x]\ng=1') == {
        "a": "1",
        "b": "x;y",
        "c": "x",
        "d": "true",
        "e": "2",
        "f": "a;b",
    }


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    parse(text)


@pytest.mark.oracle
def test_npm_reads_the_same(here: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    lines = [
        "registry = https://r.example.test/path",
        "legacy-peer-deps = true",
        'init-author-name = "a;b"',
        "init-license = x ; said",
        "tag = ${TAG}",
        "preid = ${NONE}",
        "ignore-scripts=true",
    ]
    keys = [
        "registry",
        "legacy-peer-deps",
        "init-author-name",
        "init-license",
        "tag",
        "preid",
        "ignore-scripts",
    ]
    env = {"TAG": "next", "npm_config_fetch_retries": "7", "NPM_CONFIG_LOGLEVEL": "silent"}
    ours = settings(here, user="\n".join(lines), **env)
    done = subprocess.run(
        ["npm", "config", "list", "--json"],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(here),
            "NPM_CONFIG_USERCONFIG": str(here / "user"),
            "NPM_CONFIG_GLOBALCONFIG": str(here / "global"),
            **env,
        },
        cwd=here,
        capture_output=True,
        text=True,
        check=True,
    )
    theirs = json.loads(done.stdout)
    for key in [*keys, "fetch-retries"]:
        said = theirs[key]
        said = str(said).lower() if isinstance(said, (bool, int)) else said
        assert (ours.get(key) or "").rstrip("/") == said.rstrip("/"), key
