"""Lays out a package of some 20,000 files and 100 MB, 22 secrets planted in it, for the jobs on publishing.

The files are those of popular packages, fetched through npm. What is planted is made up here, of the
issuers' own forms, and belongs to nobody; `planted.json` says where. `package.tgz` holds the same files.

    python benchmarks/leaky.py FOLDER
"""

from __future__ import annotations

import base64
import json
import random
import shutil
import string
import subprocess
import sys
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PACKAGES = (
    "@mui/material@9.5.0",
    "core-js@3.51.0",
    "date-fns@4.4.0",
    "highlight.js@11.12.0",
    "lodash@4.18.1",
    "moment@2.31.0",
    "puppeteer-core@24.43.1",
    "react-dom@19.3.1",
    "rxjs@7.8.2",
    "stripe@23.1.0",
    "three@0.187.0",
    "typeorm@1.1.1",
)
_TEXTS = (".js", ".ts", ".mjs", ".cjs", ".json", ".md")
_LETTERS = string.ascii_letters
_ALNUM = _LETTERS + string.digits
_HEX = "0123456789abcdef"
_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


class Plant(NamedTuple):
    """A secret, the line it stands in (`{}` is its place), and a file of its own or "" for any."""

    kind: str
    secret: str
    line: str
    file: str = ""


def lay_out(work: Path) -> None:
    """Makes `work`/package, `work`/package.tgz and `work`/planted.json, where they are not there."""
    package = work / "package"
    if (work / "planted.json").exists():
        return
    shutil.rmtree(work, ignore_errors=True)
    package.mkdir(parents=True)
    (package / "package.json").write_text(
        json.dumps({"name": "leaky", "version": "1.0.0", "license": "MIT", "main": "lib/index.js"}, indent=2)
    )
    for name in PACKAGES:
        subprocess.run(["npm", "pack", "--silent", name], cwd=work, check=True, stdout=subprocess.DEVNULL)
    for tarball in sorted(work.glob("*.tgz")):
        with tarfile.open(tarball) as archive:
            folder = work / "unpacked"
            archive.extractall(folder, filter="data")
        (inside,) = folder.iterdir()
        (package / "lib").mkdir(exist_ok=True)
        inside.rename(package / "lib" / tarball.stem)
        shutil.rmtree(folder)
        tarball.unlink()
    planted = plant(package, random.Random(7))
    with tarfile.open(work / "package.tgz", "w:gz", compresslevel=6) as archive:
        archive.add(package, "package")
    (work / "secretlintrc.json").write_text(
        json.dumps({"rules": [{"id": "@secretlint/secretlint-rule-preset-recommend"}]})
    )
    (work / "planted.json").write_text(json.dumps(planted, indent=1))


def plant(package: Path, rng: random.Random) -> list[dict[str, str | int]]:
    """Plants every secret, each in a file of its own; gives what is where."""
    texts = sorted(
        path
        for path in (package / "lib").rglob("*")
        if path.suffix in _TEXTS and path.is_file() and 500 < path.stat().st_size < 200_000
    )
    made = list(secrets(rng))
    planted: list[dict[str, str | int]] = []
    for one, host in zip(made, rng.sample(texts, len(made)), strict=True):
        path, lines = host, ["# settings"]
        if one.file:
            path = package / one.file
            path.parent.mkdir(parents=True, exist_ok=True)
            at = 1
        else:
            lines = host.read_text(errors="replace").split("\n")
            at = rng.randrange(len(lines) + 1)
        if one.secret.startswith("-----BEGIN") and one.file:
            lines, at = [], 0
        lines[at:at] = one.line.replace("{}", one.secret).split("\n")
        path.write_text("\n".join(lines) + "\n")
        planted.append({"kind": one.kind, "path": path.relative_to(package).as_posix(), "line": at + 1})
    return planted


def secrets(rng: random.Random) -> Iterator[Plant]:
    """The made-up secrets."""

    def pick(alphabet: str, count: int) -> str:
        return "".join(rng.choice(alphabet) for _ in range(count))

    def checked(prefix: str) -> str:
        body = pick(_ALNUM, 30)
        number, tail = zlib.crc32(body.encode()), ""
        for _ in range(6):
            number, digit = divmod(number, 62)
            tail = _BASE62[digit] + tail
        return prefix + body + tail

    def pem(kind: str) -> str:
        body = "\n".join(pick(_ALNUM + "+/", 64) for _ in range(20))
        return f"-----BEGIN {kind}PRIVATE KEY-----\n{body}\n-----END {kind}PRIVATE KEY-----"

    def part(value: dict[str, object]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    claims: dict[str, object] = {"sub": pick(string.digits, 9), "iat": 1700000000}
    jwt = f"{part({'alg': 'HS256'})}.{part(claims)}.{pick(_ALNUM, 43)}"
    upper = string.ascii_uppercase
    yield Plant("aws id", "AKIA" + pick(upper + "234567", 16), 'const accessKeyId = "{}";')
    yield Plant("aws secret", pick(_ALNUM + "+/", 40), 'aws_secret_access_key = "{}"')
    yield Plant("github", checked("ghp_"), 'const token = "{}";')
    yield Plant("github fine", f"github_pat_{pick(_ALNUM, 22)}_{pick(_ALNUM, 59)}", "GITHUB_TOKEN={}", ".env")
    yield Plant("npm", checked("npm_"), "//registry.example.test/:_authToken={}", "lib/config/.npmrc")
    yield Plant(
        "slack",
        f"xoxb-{pick(string.digits, 12)}-{pick(string.digits, 12)}-{pick(_ALNUM, 24)}",
        'slack: "{}",',
    )
    hook = f"https://hooks.slack.com/services/T{pick(upper, 9)}/B{pick(upper, 9)}/{pick(_ALNUM, 24)}"
    yield Plant("slack webhook", hook, 'const hook = "{}";')
    yield Plant("stripe", f"sk_live_{pick(_ALNUM, 24)}", "stripe('{}')")
    yield Plant("google", f"AIza{pick(_ALNUM + '-_', 35)}", 'apiKey: "{}",')
    yield Plant("sendgrid", f"SG.{pick(_ALNUM, 22)}.{pick(_ALNUM, 43)}", "SENDGRID_API_KEY={}")
    yield Plant("twilio", f"SK{pick(_HEX, 32)}", 'const twilio_api_key = "{}";')
    yield Plant("gitlab", f"glpat-{pick(_ALNUM, 20)}", 'headers: { "PRIVATE-TOKEN": "{}" },')
    yield Plant("openai", f"sk-{pick(_ALNUM, 20)}T3BlbkFJ{pick(_ALNUM, 20)}", 'OPENAI_API_KEY="{}"')
    yield Plant("anthropic", f"sk-ant-api03-{pick(_ALNUM + '-_', 93)}AA", 'ANTHROPIC_API_KEY="{}"')
    yield Plant("rsa key", pem("RSA "), "{}")
    yield Plant("openssh key", pem("OPENSSH "), "{}", "lib/config/id_rsa")
    yield Plant("jwt", jwt, 'Authorization: "Bearer {}",')
    yield Plant(
        "database",
        pick(_ALNUM, 18),
        "DATABASE_URL=postgres://app:{}@db.corp.example:5432/prod",
        "lib/.env.production",
    )
    yield Plant(
        "azure",
        pick(_ALNUM + "+/", 86) + "==",
        "DefaultEndpointsProtocol=https;AccountName=logs;AccountKey={};",
    )
    yield Plant("mailgun", f"key-{pick(_HEX, 32)}", 'const mailgun_api_key = "{}";')
    yield Plant(
        "telegram", f"{pick('123456789', 10)}:AA{pick(_ALNUM + '-_', 33)}", 'const telegram_bot_token = "{}";'
    )
    yield Plant("shopify", f"shpat_{pick(_HEX, 32)}", 'shopify_access_token: "{}",')


if __name__ == "__main__":
    lay_out(Path(sys.argv[1]))
