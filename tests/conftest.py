import os
from pathlib import Path

import pytest
from support import tools


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # once for all processes, which inherit the PATH
        tools.offer()


@pytest.fixture(autouse=True)
def apart(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test sees the machine's npm settings, the user's files, or the user's cache."""
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.lower().startswith("npm_config_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "CI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("NPM_CONFIG_USERCONFIG", str(home / "npmrc"))
    monkeypatch.setenv("NPM_CONFIG_GLOBALCONFIG", str(home / "globalrc"))
    monkeypatch.setenv("NPMGUARD_CACHE_DIR", str(home / "cache"))
    monkeypatch.setenv("NPMGUARD_DATA_DIR", str(home / "data"))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
