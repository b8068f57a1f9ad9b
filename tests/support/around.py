"""What secrets stand in: the same few lines of code, settings and commands, turn by turn."""

from __future__ import annotations

import base64
import re
from zlib import crc32

from support.fakes import Examples, filled

# Around a token that its own form gives away: the name beside it says little.
_AROUND_TOKEN = (
    'const token = "{0}";',
    "  private readonly token: string = '{0}';",
    '{{\n  "token": "{0}"\n}}\n',
    "token: {0}\n",
    "API_TOKEN={0}\n",
    "export API_TOKEN='{0}'\n",
    'curl -H "Authorization: Bearer {0}" https://api.example.test/v1/me',
    "https://api.example.test/v1/items?token={0}&page=2",
    'token = "{0}"  # settings.toml',
    "ENV API_TOKEN {0}\n",
    "fetch(url, {{ headers: {{ 'X-Api-Token': `{0}` }} }})",
    '"env": "{{\\"TOKEN\\":\\"{0}\\"}}"',
)

# Around what looks like it but is none: no name of a secret at all.
_AROUND_NOTHING = ("see {0} there\n", 'import part from "{0}";', "  <p>{0}</p>\n")

# A setting's name, as the environment has it, as code has it, and its value.
_AROUND_NAMED = (
    "{name}={0}\n",
    "export {name}='{0}'\n",
    '{{\n  "{name}": "{0}"\n}}\n',
    "const {code} = '{0}';",
    'const {code}: string = "{0}";',
    "{lower}: {0}\n",
    '{lower} = "{0}"\n',
    "env:\n  - name: {name}\n    value: {0}\n",
    "const value = process.env.{name} || '{0}';",
    "<{code}>{0}</{code}>",
    "new Client({{ {code}: `{0}`, region: 'eu' }});",
    "ENV {name}={0}\n",
    "'{lower}' => '{0}',",
    '"{{\\"{name}\\": \\"{0}\\"}}"',
)

_ABOUT_NAMED = (
    "{name}=${name}\n",
    "{lower}: your-{dashed}-here\n",
    "const {code} = process.env.{name};",
    '{{ "{name}": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" }}',
    "function set({code}) {{ this.{code} = {code}; }}",
)


def token(secret: str, *misses: str) -> Examples:
    """Examples of a token that its own form gives away, and of what misses that form by a little."""
    turn = crc32(secret.encode())
    return Examples(
        positive=tuple(_put(_turned(_AROUND_TOKEN, turn + 5 * i), f"«{secret}»") for i in range(3)),
        negative=tuple(_put(around, miss) for miss in misses for around in _AROUND_NOTHING),
    )


def setting(name: str, secret: str, *misses: str) -> Examples:
    """Examples of a secret that only the name of a setting gives away, and of such settings without one."""
    turn = crc32(f"{name}{secret}".encode())
    return Examples(
        positive=tuple(_put(_turned(_AROUND_NAMED, turn + 5 * i), f"«{secret}»", name) for i in range(3)),
        negative=(*(_put(about, "", name) for about in _ABOUT_NAMED), *misses),
    )


def base64_of(text: str) -> str:
    """Base64 of a filled template."""
    return base64.b64encode(filled(text).encode()).decode()


def _turned(rows: tuple[str, ...], turn: int) -> str:
    return rows[turn % len(rows)]


def _put(around: str, secret: str, name: str = "") -> str:
    words = name.lower().split("_")
    return around.format(
        secret,
        name=name,
        lower=name.lower(),
        dashed="-".join(words),
        code=words[0] + "".join(re.sub(r"^\w", lambda m: m[0].upper(), word) for word in words[1:]),
    )
