from support.fakes import Examples

_DER = "MIGLAgEAMBAGByqGSM49AgEGBSuBBAAiBH{b64:30}"
_SSH = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtz{b64:6}"


def _pem(label: str, first: str, second: str = "{b64:64}") -> Examples:
    begin, end = f"-----BEGIN {label}-----", f"-----END {label}-----"
    return Examples(
        positive=(
            f"«{begin}\n{first}»\n{second}\n{second}\nAb9=\n{end}\n",
            f'{{"key": "«{begin}\\n{first}»\\n{second}\\n{second}\\n{end}\\n"}}',
            f"KEY=«{begin} {first}» {second} {second} {end}",
            f'"«{begin}\\n" +\n    "{first}»\\n" +\n    "{second}\\n{second}\\n" +\n    "{end}"',
        ),
        negative=(
            f"const HEADER = '{begin}';\nconst FOOTER = '{end}';\n",
            f"{begin}\n...\n{end}\n",
            f"{begin}MIIEpQIBAAKCAQEA{{b64:48}}\\n.{end}",
            f"{begin}\n<your key here>\n{end}\n",
            f"{begin}\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n{end}\n",
            f"`{begin}\n${{key.match(/.{{0,64}}/g).join('\\n')}}\n{end}`",
        ),
    )


EXAMPLES = {
    "private-key-rsa": _pem("RSA PRIVATE KEY", _DER),
    "private-key-ec": _pem("EC PRIVATE KEY", _DER),
    "private-key-dsa": _pem("DSA PRIVATE KEY", _DER),
    "private-key-openssh": _pem("OPENSSH PRIVATE KEY", _SSH),
    "private-key-pgp": Examples(
        positive=(
            "«-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQOYBF{b64:58}»\n{b64:64}\n=Ab1c\n-----END",
            "«-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\nlQOYBF{b64:58}»\n{b64:64}\n=Ab1c\n",
        ),
        negative=("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQENBF{b64:58}\n{b64:64}\n=Ab1c\n-----END",),
    ),
    "private-key-encrypted": _pem("ENCRYPTED PRIVATE KEY", _DER),
    "private-key-pem": _pem("PRIVATE KEY", _DER),
    "private-key-putty": Examples(
        positive=(
            "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\n«{b64:64}»\n",
            "Encryption: none\r\nPrivate-Lines: 14\r\n«{b64:64}»\r\n{b64:64}\r\n",
        ),
        negative=("Private-Lines: 14\n", "Public-Lines: 6\n{b64:64}\n"),
    ),
    "private-key-jwk": Examples(
        positive=(
            '{"kty":"EC","crv":"P-256","x":"{url:43}","y":"{url:43}","d":"«{url:43}»"}',
            '{"d": "«{url:43}»", "kty": "OKP", "crv": "Ed25519"}',
            '{\n  "kty": "RSA",\n  "n": "{url:342}",\n  "e": "AQAB",\n  "d": "«{url:342}»"\n}',
            '{"kty": "oct", "k": "«{url:43}»"}',
        ),
        negative=(
            '{"kty":"EC","crv":"P-256","x":"{url:43}","y":"{url:43}"}',
            '{"d": "{url:43}"}',
            '{"kty":"EC","crv":"P-256","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}',
        ),
    ),
    "private-key-jwk-code": Examples(
        positive=(
            "const key = { kty: 'EC', crv: 'P-256', x: '{url:43}', y: '{url:43}', d: '«{url:43}»' };",
            '{kty:"oct",k:"«{url:43}»"}',
        ),
        negative=("const key = { kty: 'EC', crv: 'P-256', x: '{url:43}', y: '{url:43}' };",),
    ),
    "private-key-wireguard": Examples(
        positive=("[Interface]\nPrivateKey = «{b64:42}4=»\n", "PresharedKey=«{b64:42}8=»\n"),
        negative=("PublicKey = {b64:42}4=", "PrivateKey = <key>"),
    ),
}
