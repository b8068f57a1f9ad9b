"""Telling words: what stands in a text whatever language it is written in.

Paths, addresses and options that have one meaning. Each is a regular expression in what `re` and Hyperscan
read alike; none of them repeats without a bound.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from npmguard.model.code import Deed, Kind

# a separator of paths as texts have it, in single or doubled backslashes or split into arguments
_SEP = r"""(?:[/\\]{1,4}|['"`]\s{0,3},\s{0,3}['"`])"""


class Word(NamedTuple):
    """A telling word. `hint` is a shorter pattern that every match holds, where its own is a costly one."""

    kind: Kind
    what: str  # what it tells, with "names" for a verb where more is not known
    pattern: str
    hint: str = ""


WORDS: tuple[Word, ...] = (
    # files with keys and tokens
    Word(Kind.TOKENS, "names ~/.npmrc, which holds registry tokens", r"""(?<![\w*])\.npmrc\b"""),
    Word(Kind.TOKENS, "names ~/.yarnrc.yml, which holds registry tokens", r"""\.yarnrc\.yml\b"""),
    Word(Kind.CREDENTIALS, "names the keys of AWS", rf"""\.aws{_SEP}(?:credentials|config)\b"""),
    Word(
        Kind.CREDENTIALS,
        "names SSH keys",
        rf"""(?<![\w.])\.ssh(?:{_SEP}(?!known_hosts)\w|['"`/])|\bid_(?:rsa|ed25519|ecdsa)\b""",
    ),
    Word(
        Kind.CREDENTIALS,
        "names the keys of Kubernetes",
        rf"""\.kube{_SEP}config\b|/var/run/secrets/kubernetes\.io""",
    ),
    Word(Kind.CREDENTIALS, "names the tokens of Docker", rf"""\.docker{_SEP}config\.json"""),
    Word(
        Kind.CREDENTIALS,
        "names the keys of Google Cloud",
        r"""application_default_credentials|gcloud/credentials|\.config/gcloud""",
    ),
    Word(
        Kind.CREDENTIALS,
        "names the tokens of Azure",
        rf"""\.azure{_SEP}(?:accessTokens|msal_token|azureProfile)""",
    ),
    Word(
        Kind.CREDENTIALS,
        "names ~/.netrc or ~/.git-credentials",
        r"""(?<!\w)\.(?:netrc|git-credentials|pypirc)\b""",
    ),
    Word(
        Kind.CREDENTIALS,
        "names the tokens of GitHub's command line",
        rf"""\.config{_SEP}gh{_SEP}hosts|\bgh auth token\b""",
    ),
    Word(Kind.CREDENTIALS, "names the history of shells", r"""\.(?:bash|zsh|node_repl)_history\b"""),
    Word(
        Kind.CREDENTIALS,
        "names the stores of browsers",
        rf"""\bLogin Data\b|\bcookies\.sqlite\b|\bkey4\.db\b|\blogins\.json\b"""
        rf"""|\bLocal Storage{_SEP}leveldb\b|\bUser Data{_SEP}(?:Default|Local State)"""
        r"""|\bnkbihfbeogaeaoehlefnkodbefgpgknn\b""",
    ),
    Word(
        Kind.CREDENTIALS,
        "names the stores of wallets",
        rf"""\bexodus\.wallet\b|\bwallet\.dat\b|\.electrum{_SEP}wallets|\.config{_SEP}solana{_SEP}id\.json|\.ethereum{_SEP}keystore"""
        r"""|\bEthereum(?:/|\\{1,2})keystore""",
    ),
    Word(
        Kind.CREDENTIALS,
        "names the key ring of macOS",
        r"""login\.keychain|security find-(?:generic|internet)-password""",
    ),
    Word(
        Kind.CREDENTIALS,
        "asks a cloud's metadata address, which gives out keys",
        r"""169\.254\.169\.254|169\.254\.170\.2\b|metadata\.google\.internal|100\.100\.100\.200""",
    ),
    Word(
        Kind.CREDENTIALS,
        "searches the memory of a workflow's runner",
        r"""Runner\.Worker|/proc/[^\s'"`]{1,20}/mem\b""",
    ),
    Word(Kind.CREDENTIALS, "runs a scanner for secrets", r"""\btrufflehog\b"""),
    Word(
        Kind.CREDENTIALS,
        "asks a cloud's store of secrets",
        r"""secretsmanager (?:get|list)|\bgcloud secrets\b|\bGetSecretValueCommand\b""",
    ),
    # where what was found is sent
    Word(
        Kind.SENDS,
        "names an address that collects what is sent to it",
        r"""\bwebhook\.site\b|discord(?:app)?\.com/api/webhooks/|api\.telegram\.org/bot|\.pipedream\.net\b"""
        r"""|\.oast(?:ify)?\.(?:com|pro|live|fun|site|me|online)\b|\.burpcollaborator\.net\b|\.interact\.sh\b"""
        r"""|\.requestbin\.(?:com|net)\b|\bhooks\.slack\.com/services/|\btransfer\.sh\b""",
    ),
    Word(
        Kind.FETCHES,
        "names an address where anybody leaves texts",
        r"""\bpastebin\.com/(?:raw/)?\w|\bhastebin\.com/raw|\bpaste\.ee/r/|\brentry\.co/|\bcontrolc\.com/|\bjsonkeeper\.com\b|\bnpoint\.io\b""",
    ),
    Word(
        Kind.LOCATES,
        "asks where in the world it is",
        r"""\bipinfo\.io\b|\bip-api\.com\b|\bapi\.ipify\.org\b|\bipgeolocation\.io\b|\bfreegeoip\.\w|\bipapi\.co\b|\bifconfig\.(?:me|co)\b""",
    ),
    # spreading
    Word(Kind.PUBLISHES, "publishes packages", r"""\b(?:npm|pnpm|bun) publish\b|/-/npm/v1/tokens\b"""),
    Word(
        Kind.PUBLISHES,
        "names GitHub's address that makes repositories",
        r"""api\.github\.com/user/repos\b|['"`]/user/repos['"`]|\bgh repo create\b""",
    ),
    Word(
        Kind.PERSISTS, "names a workflow file, which CI runs", rf"""\.github{_SEP}workflows{_SEP}?[\w.$\{{]"""
    ),
    Word(Kind.PERSISTS, "registers a runner of workflows", r"""actions-runner|runners/registration-token"""),
    # being started again
    Word(
        Kind.PERSISTS,
        "names a shell's start file",
        r"""(?<![\w*])\.(?:bashrc|zshrc|bash_profile|zprofile|zshenv)\b""",
    ),
    Word(
        Kind.PERSISTS,
        "names a place whose programs are started at login",
        r"""\.config/systemd/user|\bsystemctl --user (?:enable|start)|Library/LaunchAgents"""
        r"""|\blaunchctl (?:load|bootstrap)\b"""
        r"""|CurrentVersion\\{1,4}Run\b|Start Menu\\{1,4}Programs\\{1,4}Startup"""
        r"""|\bschtasks(?:\.exe)? /create|\bcrontab -\s?""",
    ),
    Word(
        Kind.PERSISTS,
        "names the settings of an editor or assistant that run commands",
        rf"""\.claude{_SEP}settings|\.gemini{_SEP}settings|\.vscode{_SEP}tasks\.json|\.cursor{_SEP}(?:hooks|mcp)""",
    ),
    # others' programs
    Word(
        Kind.MODELS,
        "runs a command-line assistant that asks nobody",
        r"""--dangerously-skip-permissions|--trust-all-tools|(?<![\w-])--yolo\b|--dangerously-bypass-approvals""",
    ),
    Word(
        Kind.OPENS_SHELL,
        "opens a shell over the network",
        r"""/dev/tcp/|\bn(?:c|cat) (?:-\w+ ){0,3}-e\s?/bin/|\bsocat\b.{0,60}\bEXEC:""",
        r"""/dev/tcp/|\bn(?:c|cat) -|\bsocat\b""",
    ),
    Word(
        Kind.EVALUATES_FETCHED,
        "downloads a text and lets a shell run it",
        r"""\b(?:curl|wget)\b[^|\n;&]{0,300}\|\s{0,4}(?:sudo )?(?:ba|z|da)?sh\b"""
        r"""|\b(?:ba|z)?sh -c "?\$\((?:curl|wget)"""
        r"""|\b(?:iex|Invoke-Expression)\b.{0,100}\b(?:DownloadString|iwr|irm|Invoke-WebRequest)"""
        r"""|\b(?:irm|iwr)\b[^|\n]{0,200}\|\s{0,3}iex\b""",
        r"""\b(?:curl|wget|iex|Invoke-Expression)\b""",
    ),
    Word(
        Kind.DECODES,
        "decodes base64 and lets a shell run it",
        r"""\bbase64 (?:-d|-D|--decode)\b[^|\n]{0,100}\|\s{0,4}(?:sudo )?(?:(?:ba|z|da)?sh|node|python3?)\b"""
        r"""|\bpowershell(?:\.exe)?\b[^\n]{0,120}\s-e(?:nc|ncodedcommand)?\s{1,3}[A-Za-z0-9+/]{20}""",
        r"""\bbase64 -|\bpowershell\b""",
    ),
    Word(
        Kind.DESTROYS,
        "wipes the home folder",
        r"""\brm -(?:rf|fr|r -f) (?:--no-preserve-root )?(?:~/?|"?\$\{?HOME\}?"?/?|/)\*?(?:[\s;'"`&|]|$)"""
        r"""|\b(?:rd|rmdir) /s /q "?%USERPROFILE%|\bshred -\w{1,6} .{0,40}\$HOME|\bcipher /W:%USERPROFILE%""",
        r"""\brm -|\b(?:rd|rmdir) /s|\bshred -|\bcipher /W""",
    ),
    Word(
        Kind.UNTRUSTS,
        "turns the checking of certificates off",
        r"""NODE_TLS_REJECT_UNAUTHORIZED['"`\]]{0,2}\s{0,3}=\s{0,3}['"`]?0""",
    ),
)


def listed(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


# Modules that talk to the network.
NETWORK = listed(
    """
    http https http2 net tls dgram dns dns/promises axios node-fetch got request superagent undici ws
    needle phin cross-fetch isomorphic-fetch simple-get follow-redirects bent request-promise
    request-promise-native make-fetch-happen minipass-fetch download wget socket.io-client socketio
    node-downloader-helper @octokit/rest @octokit/core ky centra sync-request then-request nodemailer
    ssh2 basic-ftp
    """
)

# Variables that hold tokens: not what npm itself sets for its scripts.
TOKEN = re.compile(
    r"^(?:GITHUB_TOKEN|GH_TOKEN|GITLAB_TOKEN|CI_JOB_TOKEN|NPM_TOKEN|NODE_AUTH_TOKEN|NPM_CONFIG_TOKEN|AWS_SECRET_ACCESS_KEY"
    r"|AWS_ACCESS_KEY_ID|AWS_SESSION_TOKEN|AZURE_CLIENT_SECRET|GOOGLE_APPLICATION_CREDENTIALS|VAULT_TOKEN"
    r"|ACTIONS_(?:ID_TOKEN_REQUEST|RUNTIME)_TOKEN|DOCKER_AUTH_CONFIG|OPENAI_API_KEY|ANTHROPIC_API_KEY)$"
)


@cache
def _compiled() -> tuple[re.Pattern[bytes], ...]:
    return tuple(re.compile(word.pattern.encode(), re.IGNORECASE) for word in WORDS)


def found(data: bytes, most: int = 2, which: Iterable[int] | None = None) -> Iterator[tuple[Word, int, int]]:
    """The telling words in `data`: the word, and where it stands; each at most `most` times.

    `which` are the numbers of those that are looked for, where that is known.
    """
    for number in range(len(WORDS)) if which is None else which:
        word, pattern = WORDS[number], _compiled()[number]
        for count, match in enumerate(pattern.finditer(data)):
            if count >= most:
                break
            yield word, match.start(), match.end()


def deeds(data: bytes, path: str, first: int = 1) -> Iterator[Deed]:
    """The telling words in `data` as deeds. `first` is the number of its first line."""
    for word, start, end in found(data, 1):
        yield Deed(word.kind, path, first + data.count(b"\n", 0, start), told(word, data, start, end))


def told(word: Word, data: bytes, start: int, end: int) -> str:
    """A word's sentence, with what stood there."""
    return f"{word.what}: {shown(data[start:end].decode('utf-8', 'replace'))}"


def shown(text: str, most: int = 100) -> str:
    """A piece of evidence on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
