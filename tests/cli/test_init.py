"""`npmguard init`: what it writes, for which project, and what it never overwrites."""

import json
import os
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml  # type: ignore[import-untyped]
from support.projects import EMPTY, write

from npmguard import __version__, starter
from npmguard.__main__ import main
from npmguard.project import manifest as manifests
from npmguard.settings import Options, resolve

TOP = Path(__file__).parents[2]


def init(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What a run that ends with 0 says."""
    assert main(["init", *words]) == 0
    found = capsys.readouterr()
    assert found.err == ""
    return found.out


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The one line of a run that ends with 2."""
    assert main(["init", *words]) == 2
    found = capsys.readouterr()
    assert found.out == ""
    assert found.err.count("\n") == 1
    return found.err


def files(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and ".git/" not in path.as_posix()
    )


def job(workflow: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(workflow)["jobs"]["check"]
    return found


def test_alone_it_writes_the_settings_and_says_what_is_next(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, {})
    said = init(capsys)
    assert files(here) == ["npmguard.toml", "package.json"]
    assert said.startswith("wrote npmguard.toml\n\nNext\n  1. npmguard check  # ")
    assert tomllib.loads(Path("npmguard.toml").read_text()) == {"fail-on": "high"}


@pytest.mark.parametrize("manager", ["npm", "pnpm", "yarn", "yarn-berry", "bun"])
def test_every_setting_that_it_offers_is_one(here: Path, manager: str) -> None:
    text = starter.settings(manager, "@shop")
    offered = re.sub(r"^# (?=[a-z-]+ = |\[)", "", text, flags=re.MULTILINE)
    document = tomllib.loads(offered)
    assert len(document) == 8
    schema = json.loads((TOP / "docs" / "npmguard.schema.json").read_text())
    jsonschema.validate(json.loads(json.dumps(document, default=str)), schema)
    Path("npmguard.toml").write_text(offered)
    manifest = manifests.parse(b"{}", "package.json")
    found = resolve(Options(), ".", manifest)
    assert found.internal_scopes == ("@shop",)
    assert found.minimum_release_age == 3 * 86_400
    assert found.ignores[0].until is not None
    assert max(map(len, text.split("\n"))) <= 120


def test_the_settings_are_those_of_its_manager_and_scope(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, {"name": "@shop/web"})
    Path("pnpm-lock.yaml").write_text(EMPTY["pnpm-lock.yaml"])
    init(capsys)
    text = Path("npmguard.toml").read_text()
    assert '# internal-scopes = ["@shop"]' in text
    assert "minimumReleaseAge in pnpm-workspace.yaml" in text


def test_what_is_there_is_never_overwritten(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, {})
    Path("npmguard.toml").write_text("# mine\n")
    assert refused(capsys) == "npmguard: npmguard.toml: there are settings already\n"
    Path(starter.PRE_COMMIT).write_text("# mine too\n")
    assert "there already; --force replaces it" in refused(capsys, "--pre-commit", "--ci", "github")
    assert files(here) == [".pre-commit-config.yaml", "npmguard.toml", "package.json"]
    assert Path("npmguard.toml").read_text() + Path(starter.PRE_COMMIT).read_text() == "# mine\n# mine too\n"


def test_force_replaces_what_is_asked_for_and_no_settings_beside_it(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, {})
    for name in ("npmguard.toml", starter.PRE_COMMIT):
        Path(name).write_text("# mine\n")
    said = init(capsys, "--force", "--pre-commit")
    assert "kept npmguard.toml" in said
    assert Path("npmguard.toml").read_text() == "# mine\n"
    assert "npmguard" in Path(starter.PRE_COMMIT).read_text()
    init(capsys, "--force")
    assert "fail-on" in Path("npmguard.toml").read_text()


def test_settings_in_package_json_are_settings(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, {"npmguard": {"fail-on": "low"}})
    assert refused(capsys) == "npmguard: package.json: there are settings already\n"
    assert refused(capsys, "--force") == "npmguard: package.json: there are settings already\n"
    assert "kept package.json" in init(capsys, "--ci", "github")
    assert not Path("npmguard.toml").exists()


def test_a_dangling_link_is_something_that_is_there(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, {})
    Path("npmguard.toml").symlink_to(here / "elsewhere.toml")
    assert "settings already" in refused(capsys)
    assert not Path("elsewhere.toml").exists()


def test_a_workflow_for_github_may_read_and_nothing_else(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, {})
    init(capsys, "--ci", "github")
    text = Path(starter.GITHUB).read_text()
    found = yaml.safe_load(text)
    assert found["permissions"] == {"contents": "read"}
    assert "secrets" not in text
    assert "${{" not in text
    # YAML 1.1 takes the key `on` for true
    assert set(found[True]) == {"pull_request", "push", "schedule", "workflow_dispatch"}
    checkout, check = job(text)["steps"]
    assert re.fullmatch(r"actions/checkout@[0-9a-f]{40}", checkout["uses"])
    assert checkout["with"] == {"persist-credentials": False}
    assert check["run"] == f'pipx run --spec "npmguard=={__version__}" npmguard check --format github'


def test_a_job_for_gitlab_and_the_file_that_includes_it(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, {})
    init(capsys, "--ci", "gitlab")
    assert yaml.safe_load(Path(".gitlab-ci.yml").read_text()) == {"include": [{"local": starter.GITLAB}]}
    found = yaml.safe_load(Path(starter.GITLAB).read_text())["npmguard"]
    assert " --output gl-code-quality-report.json " in found["script"][1]
    assert found["artifacts"]["reports"] == {
        "dependency_scanning": "gl-dependency-scanning-report.json",
        "codequality": "gl-code-quality-report.json",
    }


def test_a_gitlab_pipeline_that_is_there_is_left_alone(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, {})
    Path(".gitlab-ci.yml").write_text("# mine\n")
    said = init(capsys, "--ci", "gitlab")
    assert f"add `- local: {starter.GITLAB}` to `include:` in .gitlab-ci.yml" in said
    assert Path(".gitlab-ci.yml").read_text() == "# mine\n"


def test_the_template_in_the_repository_is_what_init_writes() -> None:
    template = TOP / "templates" / "npmguard.gitlab-ci.yml"
    assert template.read_text() == starter.gitlab()


def test_hooks_of_pre_commit(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, {"private": True})
    assert "pre-commit install" in init(capsys, "--pre-commit")
    (repo,) = yaml.safe_load(Path(starter.PRE_COMMIT).read_text())["repos"]
    (hook,) = repo["hooks"]
    assert hook["entry"] == "npmguard check --quiet --allow-incomplete"
    for name in (*EMPTY, "package.json", ".npmrc", "npmguard.toml", "pnpm-workspace.yaml"):
        assert re.search(hook["files"], f"apps/web/{name}")
        assert re.search(hook["files"], name)
        assert not re.search(hook["files"], f"x{name}")


def test_who_publishes_gets_a_hook_for_that(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, {})
    init(capsys, "--pre-commit")
    found = yaml.safe_load(Path(starter.PRE_COMMIT).read_text())
    assert found["default_install_hook_types"] == ["pre-commit", "pre-push"]
    assert [hook["id"] for hook in found["repos"][0]["hooks"]] == ["npmguard", "npmguard-prepublish"]


def test_the_hooks_of_the_repository_are_these(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hooks = yaml.safe_load((TOP / ".pre-commit-hooks.yaml").read_text())
    assert [hook["id"] for hook in hooks] == ["npmguard", "npmguard-prepublish"]
    assert hooks[0]["files"] == starter.watched()


def repository(here: Path) -> Path:
    """A clone whose main branch is `trunk`."""
    note = here / ".git" / "refs" / "remotes" / "origin"
    note.mkdir(parents=True)
    (note / "HEAD").write_text("ref: refs/remotes/origin/trunk\n")
    return here


def test_a_folder_of_a_repository(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    repository(here)
    write(here / "apps" / "web", {})
    init(capsys, "apps/web", "--ci", "github", "--pre-commit")
    assert files(here) == [
        ".github/workflows/npmguard.yml",
        ".pre-commit-config.yaml",
        "apps/web/npmguard.toml",
        "apps/web/package.json",
    ]
    text = Path(starter.GITHUB).read_text()
    assert yaml.safe_load(text)[True]["push"] == {"branches": ["trunk"]}
    assert "npmguard check apps/web --format github" in job(text)["steps"][1]["run"]
    hooks = yaml.safe_load(Path(starter.PRE_COMMIT).read_text())["repos"][0]["hooks"]
    assert [hook["entry"].split()[-1] for hook in hooks] == ["apps/web", "apps/web"]
    assert re.search(hooks[0]["files"], "apps/web/packages/a/package.json")
    assert not re.search(hooks[0]["files"], "apps/other/package.json")
    assert not re.search(hooks[0]["files"], "package.json")

    monkeypatch.chdir("apps/web")
    said = init(capsys, "--ci", "gitlab")
    assert "wrote ../../.gitlab-ci.yml" in said
    assert "npmguard check apps/web" in (here / starter.GITLAB).read_text()


def test_a_monorepo_of_projects_is_checked_whole(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repository(here)
    for name in ("one", "two"):
        write(here / "packages" / name, {"name": name}, {})
    init(capsys, "--ci", "github", "--pre-commit")
    assert "npmguard check --format" in Path(starter.GITHUB).read_text()
    assert Path("packages/one/npmguard.toml").exists()
    assert Path("packages/two/npmguard.toml").exists()
    hooks = yaml.safe_load(Path(starter.PRE_COMMIT).read_text())["repos"][0]["hooks"]
    assert [hook["id"] for hook in hooks] == [
        "npmguard",
        "npmguard-prepublish-packages-one",
        "npmguard-prepublish-packages-two",
    ]


def test_a_workspace_begins_with_the_project_that_it_belongs_to(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, {"workspaces": ["packages/*"]}, {})
    write(here / "packages" / "one", {"name": "one"})
    init(capsys, "packages/one")
    assert Path("npmguard.toml").exists()
    assert not Path("packages/one/npmguard.toml").exists()


@pytest.mark.parametrize("name", ["a b", "$(touch x)", "a;b", "a'b", 'a"b', "-x", "~x", "a:\tb", "é"])
def test_a_folder_that_is_no_plain_word_gets_into_no_command(
    here: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    repository(here)
    write(here / "apps" / name, {})
    write(here / name, {})
    for path in (f"apps/{name}", f"./{name}"):
        if path != f"apps/{name}" or not name.startswith(("-", "~")):  # plain behind a folder
            assert "more than letters" in refused(capsys, path, "--ci", "github")
            assert "more than letters" in refused(capsys, path, "--pre-commit")
    assert not any("github" in file or "pre-commit" in file for file in files(here))


@pytest.mark.parametrize("branch", ["a b", '"]\n    x: [', "$(x)", "-x", "@x", ""])
def test_a_branch_that_is_no_plain_word_is_main(
    here: Path, capsys: pytest.CaptureFixture[str], branch: str
) -> None:
    repository(here)
    (here / ".git/refs/remotes/origin/HEAD").write_text(f"ref: refs/remotes/origin/{branch}\n")
    write(here, {})
    init(capsys, "--ci", "github")
    assert yaml.safe_load(Path(starter.GITHUB).read_text())[True]["push"] == {"branches": ["main"]}


def test_no_link_leads_out_of_the_repository(
    here: Path, capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    write(here, {})
    Path(".github").symlink_to(outside)
    assert "a link leads out" in refused(capsys, "--ci", "github", "--force")
    assert list(outside.iterdir()) == []
    assert not Path("npmguard.toml").exists()


@pytest.mark.skipif(os.name != "posix", reason="folders without the right to write, as POSIX has them")
def test_what_cannot_be_written_leaves_nothing_behind(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, {})
    Path(".github").write_text("a file in the way")
    assert ".github" in refused(capsys, "--ci", "github")
    assert files(here) == [".github", "package.json"]


def test_without_a_project_it_is_2(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys) == "npmguard: .: no package.json here or below\n"
    assert refused(capsys, "nowhere") == "npmguard: nowhere: no such file or folder\n"
    Path("package.json").write_text("{")
    assert "package.json:1: " in refused(capsys)
    assert files(here) == ["package.json"]


def test_quiet_says_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, {})
    assert init(capsys, "-q", "--ci", "github") == ""


def test_a_name_from_outside_stays_text(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here / "a\x1b[31m b", {"name": '@a"]\nonly = ["x"]/b'})
    said = init(capsys, "a\x1b[31m b")
    assert "\x1b" not in said
    assert tomllib.loads(Path("a\x1b[31m b", "npmguard.toml").read_text()) == {"fail-on": "high"}
    assert json.loads(Path("a\x1b[31m b", "package.json").read_text())["version"] == "1.0.0"
