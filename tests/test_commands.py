"""The commands that a person types."""

import pytest

from npmguard import commands
from npmguard.model import DependencyKind

PROD, DEV = DependencyKind.PROD, DependencyKind.DEV


@pytest.mark.parametrize(
    ("manager", "expected"),
    [
        ("npm", "npm install --save-dev once@1.4.0"),
        ("pnpm", "pnpm add --save-dev once@1.4.0"),
        ("yarn", "yarn add --dev once@1.4.0"),
        ("yarn-berry", "yarn add --dev once@1.4.0"),
        ("bun", "bun add --dev once@1.4.0"),
    ],
)
def test_install(manager: str, expected: str) -> None:
    assert commands.of(manager).install("once", "1.4.0", DEV) == expected


@pytest.mark.parametrize(
    ("manager", "expected"),
    [
        ("npm", "npm install -w apps/web -w libs/ui --include-workspace-root once@1.4.0"),
        ("pnpm", "pnpm --filter ./apps/web --filter ./libs/ui --filter . add once@1.4.0"),
        (
            "yarn",
            "yarn add once@1.4.0 && yarn --cwd apps/web add once@1.4.0 && yarn --cwd libs/ui add once@1.4.0",
        ),
        ("yarn-berry", "yarn up once@1.4.0"),
        (
            "bun",
            "bun add once@1.4.0 && bun add --cwd apps/web once@1.4.0 && bun add --cwd libs/ui once@1.4.0",
        ),
    ],
)
def test_install_in_workspaces_and_the_project(manager: str, expected: str) -> None:
    assert commands.of(manager).install("once", "1.4.0", PROD, {"libs/ui", "apps/web"}) == expected


@pytest.mark.parametrize(
    ("manager", "expected"),
    [
        ("npm", "npm install -w apps/web once@1.4.0"),
        ("pnpm", "pnpm --filter ./apps/web add once@1.4.0"),
        ("yarn", "yarn --cwd apps/web add once@1.4.0"),
        ("yarn-berry", "yarn --cwd apps/web add once@1.4.0"),
        ("bun", "bun add --cwd apps/web once@1.4.0"),
    ],
)
def test_install_in_one_workspace_alone(manager: str, expected: str) -> None:
    assert commands.of(manager).install("once", "1.4.0", PROD, ["apps/web"], root=False) == expected


@pytest.mark.parametrize(
    ("manager", "direct", "deep"),
    [
        ("npm", "npm update once", "npm update once"),
        ("pnpm", "pnpm update once", "pnpm update --recursive --depth Infinity once"),
        ("yarn", "yarn upgrade once", None),
        ("yarn-berry", "yarn up --recursive once", "yarn up --recursive once"),
        ("bun", "bun update once", None),
    ],
)
def test_update(manager: str, direct: str, deep: str | None) -> None:
    asking = commands.of(manager)
    assert asking.update("once") == direct
    assert asking.update("once", direct=False) == deep


def test_remove_and_replace() -> None:
    assert commands.of("npm").uninstall("a") == "npm uninstall a"
    assert commands.of("yarn-berry").uninstall("a") == "yarn remove a"
    assert commands.of("npm").replace("a", "b") == "npm uninstall a && npm install b"
    assert commands.of("pnpm").replace("a", "@s/b") == "pnpm remove a && pnpm add @s/b"


@pytest.mark.parametrize("word", ["a b", "-g", "$(x)", "a;b", "", "a\nb", "`x`", "a&b", "é"])
def test_what_a_shell_would_not_take_as_one_word_is_no_command(word: str) -> None:
    for asking in map(commands.of, ("npm", "pnpm", "yarn", "yarn-berry", "bun")):
        assert asking.install(word, "1.0.0") is None
        assert asking.install("once", word) is None
        assert asking.install("once", "1.0.0", PROD, [word]) is None
        assert asking.update(word) is None
        assert asking.uninstall(word) is None
        assert asking.replace("once", word) is None
        assert asking.replace(word, "once") is None
        assert asking.view(word) is None
        if word:
            assert asking.update("once", word) is None
    assert commands.history(word) is None


@pytest.mark.parametrize(
    "wanted", ["1.0.0", "^1.0.0", "~1.0.0-rc.1+b", "latest", "npm:@s/b@^1.0.0", "npm:b@1"]
)
def test_what_may_be_asked_for(wanted: str) -> None:
    assert commands.of("npm").install("a", wanted) == f"npm install a@{wanted}"
