"""What the repository promises about itself."""

import subprocess
from pathlib import Path

import pytest

from npmguard.origins import default_hosts
from npmguard.rules import load

TOP = Path(__file__).parents[1]


def commands() -> list[str]:
    """The one-line commands of the README that set everything up."""
    return [
        line for line in (TOP / "README.md").read_text().split("\n") if line.startswith("python3 -m venv")
    ]


def test_two_commands_do_all_the_set_up() -> None:
    assert len(commands()) == 2
    assert "npmguard check fixtures/shop" in commands()[0]
    for tool in ("ruff check", "ruff format --check", "mypy", "pytest"):
        assert tool in commands()[1]


def test_the_test_command_is_the_one_that_is_run() -> None:
    assert (TOP / ".ci" / "run").read_text().strip().split("\n")[-1] == commands()[1]


def test_every_link_of_the_documents_leads_somewhere() -> None:
    import re

    for page in (TOP / "README.md", TOP / "CHANGELOG.md", *sorted((TOP / "docs").glob("*.md"))):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_documents_name_every_rule() -> None:
    page = (TOP / "docs" / "rules.md").read_text()
    changes = (TOP / "CHANGELOG.md").read_text()
    for rule in load():
        assert f"## {rule.id}\n" in page
        assert f"`{rule.id}`" in changes


def test_no_file_names_the_host_of_the_default_registry() -> None:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=TOP, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    hosts = [host.encode() for host in default_hosts()]
    names = [name.decode() for name in done.stdout.split(b"\0") if name]
    assert len(names) > 100
    texts = {name: (TOP / name).read_bytes() for name in names if (TOP / name).is_file()}
    assert [name for name, text in texts.items() if any(host in text for host in hosts)] == []
