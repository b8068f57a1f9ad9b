"""The ways in which a value is given to a name."""

from __future__ import annotations

import re

import pytest

from npmguard.secrets.shape import assigned

PATTERN = re.compile(assigned("acme", "[a-z0-9]{20}").encode(), re.MULTILINE)
VALUE = "t1pgr2ve8ydi3xluf8fy"


@pytest.mark.parametrize(
    "text",
    [
        "acmeToken = '§'",
        'acme_TOKEN="§"',
        "ACME_TOKEN=§",
        "export ACME_TOKEN=§\n",
        'ACME_TOKEN=§\\nOTHER=1"',
        "ACME_TOKEN=§&page=1",
        "set -gx ACME_TOKEN §",
        "ENV NEXT_PUBLIC_ACME_TOKEN §",
        "ENV ACME=§",
        "acme login --acme-token §",
        "acme_token: §",
        "acme_token: '§'",
        "acme:\n  token: §\n",
        "acme_token: >-\n    §\n",
        "- name: ACME_TOKEN\n  value: §\n",
        '{"acme_token": "§"}',
        '{"acme": {"token": "§"}}',
        '"{\\"acme_token\\": \\"§\\"}"',
        '{"name": "ACME_TOKEN", "value": "§"}',
        "acme: { apiKey: '§' }",
        "acme({\n  apiKey: `§`,\n})",
        'config["acme"]["token"] = "§"',
        "const acmeToken: string = '§';",
        "process.env.ACME_TOKEN || '§'",
        "process.env.ACME_TOKEN ?? '§'",
        "const acmeToken = process.env.TOKEN || '§';",
        "acme_token = os.environ.get('TOKEN') or '§'",
        "new Acme('§')",
        'os.environ["ACME_TOKEN"] = "§"',
        'os.environ.get("ACME_TOKEN", "§")',
        'ACME_TOKEN: str = "§"',
        "acme_token = b'§'",
        "acme_token = u'''§'''",
        "if (acmeToken === '§') {",
        '$acmeToken .= "§"',
        "$acme->token = '§';",
        "define('ACME_TOKEN', '§');",
        "'acme_token' => '§',",
        'acmeToken := "§"',
        "acmeToken := `§`",
        'acme_TOKEN ::= "§"',
        'acme_TOKEN :::= "§"',
        'acme_TOKEN ?= "§"',
        'var acmeToken string = "§"',
        'String acmeToken = "§";',
        'private static final String ACME_TOKEN = "§";',
        'char acme_token[] = "§";',
        'const ACME_TOKEN: &str = "§";',
        'const ACME_TOKEN: &\'static str = "§";',
        'let acme_token = String::from("§");',
        'System.setProperty("ACME_TOKEN", "§")',
        "acme.api.token=§",
        "acme.api.token = §",
        'acme_token = "§"  # HCL, TOML',
        "<acmeToken>§</acmeToken>",
        "<acmeToken>\n    §\n</acmeToken>",
        '<add key="AcmeToken" value="§" />',
        '<property name="acme.token"><value>§</value></property>',
        '<string name="acme_token">§</string>',
        "X-Acme-Token: §",
    ],
)
def test_every_usual_way_to_give_a_value_to_a_name_is_read(text: str) -> None:
    found = PATTERN.search(text.replace("§", VALUE).encode())
    assert found, text
    assert found["secret"] == VALUE.encode()


@pytest.mark.parametrize(
    "text",
    ["acme §", 'acme = "x§"', 'acme = "§x"', "acme = §/more", 'acme = "first", other = "§"', "§ = acme"],
)
def test_a_value_that_stands_elsewhere_or_goes_on_is_none(text: str) -> None:
    assert not PATTERN.search(text.replace("§", VALUE).encode())
