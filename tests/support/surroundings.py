"""One secret as people write it: JavaScript, TypeScript, JSON, YAML, .env files, shells, headers, URLs."""

from __future__ import annotations

from support.fakes import Examples


def token(secret: str, stands_for: str, *wrong: str) -> Examples:
    """Examples of a secret that its prefix gives away.

    `secret` is a template of it, `stands_for` a placeholder of the same form, `wrong` are texts that look
    like it and are something else.
    """
    return Examples(
        positive=(
            f'const client = createClient({{ auth: "«{secret}»" }});',
            f"export const credential: string = '«{secret}»';",
            f'{{"config": {{"value": "«{secret}»"}}}}',
            f"service:\n  credential: «{secret}» # for now\n",
            f"CREDENTIAL=«{secret}»\n",
            f"curl -H 'Authorization: Bearer «{secret}»' https://service.example.test/v1/items",
            f"see https://service.example.test/v1?credential=«{secret}»&page=2",
        ),
        negative=(
            f"CREDENTIAL={stands_for}\n",
            f'login("{stands_for}")',
            f"x{secret}",
            *wrong,
        ),
    )


def setting(name: str, secret: str, *wrong: str) -> Examples:
    """Examples of a secret that only the name of its setting gives away (`name`, in capitals).

    `secret` is a template of it, `wrong` are texts that look like it and are something else.
    """
    first, *rest = name.split("_")
    camel = first.lower() + "".join(map(str.capitalize, rest))
    snake, kebab = name.lower(), name.lower().replace("_", "-")
    return Examples(
        positive=(
            f"{name}=«{secret}»\n",
            f'const {camel} = "«{secret}»";',
            f"  private readonly {camel}: string = '«{secret}»';",
            f'{{\n  "{snake}": "«{secret}»",\n  "debug": true\n}}',
            f"env:\n  {kebab}: «{secret}»\n",
            f'export {name}="«{secret}»"',
            f"<{camel}>\n    «{secret}»\n</{camel}>",
            f'  {camel}: process.env.{name} || "«{secret}»",',
            f'{{"settings.ini": "{name}=«{secret}»\\nDEBUG=1"}}',
        ),
        negative=(
            f"const {camel} = process.env.{name};",
            f"{name}=your-own-value-here\n",
            f"{kebab}: ${{{{ secrets.{name} }}}}\n",
            f'{camel}: "{"x" * 32}"',
            f"function {camel}(options) {{ return options.{camel}; }}",
            *wrong,
        ),
    )
