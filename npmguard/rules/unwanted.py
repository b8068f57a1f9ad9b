"""Files that do not belong in a package, by their path: what sensitive-file knows, as data.

Paths are compared in lower case: what is .ENV to one system is .env to another.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from npmguard.model import Severity
from npmguard.rules.publishing import is_sample

CRITICAL, HIGH, MODERATE = Severity.CRITICAL, Severity.HIGH, Severity.MODERATE
LOW, INFO = Severity.LOW, Severity.INFO


class Kind(NamedTuple):
    """One kind of such files.

    A file is of it by its whole name or that with the folder before it (`names`), by how the name ends
    (`endings`), by a folder that it lies in (`folders`), or by a pattern of the whole name (`pattern`);
    never where `but` fits the name. `whole` means that such a file marks the folder that it lies in. `text`
    tells that these are texts in which a secret would have been seen: without one the file is `empty`.
    """

    id: str
    severity: Severity
    what: str  # of one file and of many: "private key or keystore"
    why: str
    names: str = ""
    endings: str = ""
    folders: str = ""
    pattern: str = ""
    but: str = ""
    whole: bool = False
    text: bool = False
    empty: Severity = LOW
    litter: bool = False  # of no interest inside a bundled package


_OFTEN = "Whoever installs the package gets it, and can use what it opens."

# The worst first: a file is of the first kind that it fits.
KINDS = (
    Kind(
        "credentials",
        CRITICAL,
        "credentials file",
        "It exists to hold a password or a token. " + _OFTEN,
        names=".pypirc .netrc _netrc .git-credentials .dockercfg .dockerconfigjson .docker/config.json "
        ".aws/credentials .kube/config .azure/accesstokens.json .azure/msal_token_cache.json "
        ".azure/service_principal_entries.json gcloud/credentials.db gcloud/access_tokens.db "
        "application_default_credentials.json .boto .s3cfg .pgpass .my.cnf .mylogin.cnf .vault-token "
        ".gem/credentials .cargo/credentials .cargo/credentials.toml gh/hosts.yml "
        ".terraformrc terraform.rc credentials.tfrc.json .htpasswd serviceaccountkey.json",
        pattern=r"(?:.*[-_.])?(?:service[-_]?account|firebase-adminsdk)(?:[-_.][\w.-]*)?\.json|\.npmrc[.~_-].+|"
        r"\.netrc[.~_-].+",
        but=r".*(?:example|sample|template|schema|dist|mock).*|.*\.d\.json",
    ),
    Kind(
        "ssh",
        CRITICAL,
        "file of a .ssh or .gnupg folder",
        "It is where private keys lie. " + _OFTEN,
        folders=".ssh .gnupg",
    ),
    Kind(
        "private-key",
        HIGH,
        "private key",
        "Whoever has it can be whoever it belongs to.",
        names="id_rsa id_dsa id_ecdsa id_ed25519 id_ed25519_sk id_ecdsa_sk identity.key secring.gpg "
        "ssh_host_rsa_key ssh_host_ed25519_key ssh_host_ecdsa_key ssh_host_dsa_key",
        endings=".ppk .p8 .pvk .agekey .snk",
        pattern=r".*(?:private|secret)[\w-]*\.(?:asc|gpg|pgp)",
    ),
    Kind(
        "keystore",
        HIGH,
        "keystore",
        "It holds private keys or passwords, behind one password that can be tried without end.",
        endings=".p12 .pfx .pkcs12 .jks .jceks .bks .keystore .kdbx .kdb .keychain .keychain-db",
        pattern=r".*\.keychain|.*\.mobileprovision",
        but=r"debug\.keystore",
    ),
    Kind(
        "environment",
        HIGH,
        ".env file",
        "It is where a project keeps what its repository must not hold: passwords, tokens, addresses.",
        names=".env .envrc .dev.vars .flaskenv",
        pattern=r"\.env(?:[.~_-].+)?|\.envrc[.~_-].+|\.dev\.vars\..+|(?:.*[.-])?(?:prod|production|staging|"
        r"vault|secrets?|local|development)\.env",
        but=r".*(?:example|sample|template|\.dist|\.defaults?|schema|\.tpl|\.md|\.d\.[cm]?ts|\.[cm]?[jt]s)",
    ),
    Kind(
        "terraform-state",
        HIGH,
        "Terraform state",
        "It holds every password and key of what was set up, in plain text.",
        endings=".tfstate .tfstate.backup",
        folders=".terraform",
    ),
    Kind(
        "history",
        HIGH,
        "history of a shell or a console",
        "It holds what somebody typed, passwords and tokens on command lines among it.",
        names=".bash_history .zsh_history .sh_history .history .node_repl_history .python_history "
        ".psql_history .mysql_history .rediscli_history .sqlite_history .irb_history .pry_history .lesshst "
        ".viminfo fish_history .dbshell .mongorc_history",
    ),
    Kind(
        "settings",
        MODERATE,
        "settings file that may hold credentials",
        "It may carry tokens, and always tells how your machines are set up.",
        names=".npmrc .yarnrc.yml .yarnrc .aws/config .cargo/config.toml bunfig.toml .pip/pip.conf",
        text=True,
        empty=LOW,
    ),
    Kind(
        "terraform-variables",
        MODERATE,
        "Terraform variables",
        "They are where the passwords for what is set up are handed in.",
        endings=".tfvars .tfvars.json",
        but=r".*(?:example|sample|template).*",
    ),
    Kind(
        "key-material",
        HIGH,
        "key or certificate",
        "No private key was seen in it; it may be encrypted, or a certificate or public key alone. "
        "Few packages need one.",
        endings=".pem .key .der",
        but=r"(?:.*[-_.])?(?:ca|cacerts?|cert|certs|certificate|chain|fullchain|bundle|pub|public)[-_.\w]*\.pem|"
        r".*\.(?:pub|public)\.(?:pem|key)|public[-_.]?key.*",
        text=True,
        empty=LOW,
    ),
    Kind(
        "version-control",
        MODERATE,
        "file of a version control folder",
        "It holds the whole history, with all that was ever taken out again, and addresses of servers.",
        folders=".git .svn .hg .bzr cvs .jj",
    ),
    Kind(
        "database",
        MODERATE,
        "database or dump",
        "It holds data, and data is somebody's.",
        endings=".sqlite .sqlite3 .sqlite-wal .sqlite3-wal .db3 .dump .pgdump .rdb .mdb .accdb .bson .sql.gz "
        ".sql.bz2 .sql.zip .sql.xz .mdf .ldf",
        pattern=r"(?:.*[-_.])?(?:dump|backup|bak|export|snapshot)(?:[-_.].*)?\.sql",
    ),
    Kind(
        "memory",
        MODERATE,
        "memory or crash dump",
        "It is a copy of a program's memory, with every password that was in it.",
        endings=".heapsnapshot .hprof .dmp .mdmp .core",
        pattern=r"core\.\d{1,9}|hs_err_pid\d+\.log|report\.\d{8}\.\d{6}\..*\.json",
    ),
    Kind(
        "dependencies",
        LOW,
        "file of node_modules",
        "npm installs dependencies; a copy of them makes the package large, and nobody updates it.",
        folders="node_modules bower_components jspm_packages",
        litter=True,
    ),
    Kind(
        "coverage",
        LOW,
        "file of a coverage report",
        "Every run of the tests makes it anew; it holds the paths of your machine, and helps nobody else.",
        names="lcov.info clover.xml coverage-final.json coverage-summary.json cobertura-coverage.xml",
        folders=".nyc_output lcov-report .coverage",
        whole=True,
        litter=True,
    ),
    Kind(
        "log",
        LOW,
        "log",
        "It tells what happened on your machine, and sometimes with which token.",
        endings=".log",
        pattern=r"(?:npm|yarn|lerna|pnpm)-(?:debug|error)\.log.*",
        litter=True,
    ),
    Kind(
        "copy",
        LOW,
        "backup copy",
        "It is an older state of another file.",
        endings=".bak .orig .rej .old",
        pattern=r".*~|.* - copy(?: \(\d+\))?(?:\.\w+)?",
        litter=True,
    ),
    Kind(
        "editor",
        LOW,
        "file of an editor",
        "It is about your machine and your habits; launch settings of an editor have held tokens.",
        endings=".swp .swo .swn .sublime-workspace .code-workspace .iml .suo",
        folders=".idea .vscode .vs .history .settings .fleet .zed nbproject",
        names=".project .classpath",
        litter=True,
    ),
    Kind(
        "system",
        LOW,
        "file of an operating system",
        "It names the files of your folder, also those that are not in the package.",
        names=".ds_store thumbs.db ehthumbs.db desktop.ini .directory .localized",
        folders="__macosx .appledouble .spotlight-v100 .trashes",
        pattern=r"\._.+",
        litter=True,
    ),
    Kind(
        "tarball",
        LOW,
        "tarball of a package",
        "A package inside a package: most often an earlier `npm pack` that was never removed.",
        endings=".tgz",
        litter=True,
    ),
    Kind(
        "ci",
        INFO,
        "CI file",
        "It does no harm, and nobody who installs the package has a use for it.",
        names=".gitlab-ci.yml .travis.yml jenkinsfile azure-pipelines.yml azure-pipelines.yaml appveyor.yml "
        ".appveyor.yml bitbucket-pipelines.yml .drone.yml .woodpecker.yml .cirrus.yml codecov.yml "
        ".codecov.yml .coveralls.yml circle.yml wercker.yml .zuul.yaml netlify.toml renovate.json "
        ".renovaterc .renovaterc.json .pre-commit-config.yaml",
        folders=".github .circleci .gitlab .azure-pipelines .buildkite .semaphore .woodpecker .husky",
        litter=True,
    ),
    Kind(
        "assistant",
        INFO,
        "file of a coding assistant",
        "It is about how you work on the package, and not part of it.",
        names="claude.md claude.local.md agents.md gemini.md .cursorrules .windsurfrules .clinerules "
        ".roorules .mcp.json .cursorignore .aider.conf.yml",
        folders=".claude .cursor .windsurf .codex .gemini .continue .roo .junie .kiro .specstory",
        pattern=r"\.aider\..*",
        litter=True,
    ),
)

_AMONG_SAMPLES = {CRITICAL: MODERATE, HIGH: MODERATE, MODERATE: LOW, LOW: INFO, INFO: INFO}


class Found(NamedTuple):
    """What a path is: its kind, and how bad that is where it lies. `folder` is what it stands for as one."""

    kind: Kind
    severity: Severity
    folder: str


class _Table(NamedTuple):
    names: dict[str, int]
    folders: dict[str, int]
    endings: dict[str, int]
    patterns: tuple[tuple[re.Pattern[str], int], ...]
    some: re.Pattern[str]  # fits wherever one of the patterns does
    but: tuple[re.Pattern[str] | None, ...]


@cache
def _table() -> _Table:
    names: dict[str, int] = {}
    folders: dict[str, int] = {}
    endings: dict[str, int] = {}
    for number, kind in enumerate(KINDS):
        for table, listed in ((names, kind.names), (folders, kind.folders), (endings, kind.endings)):
            for word in listed.split():
                table.setdefault(word, number)
    patterns = [(kind.pattern, number) for number, kind in enumerate(KINDS) if kind.pattern]
    return _Table(
        names,
        folders,
        endings,
        tuple((re.compile(pattern, re.DOTALL), number) for pattern, number in patterns),
        re.compile("|".join(f"(?:{pattern})" for pattern, _ in patterns), re.DOTALL),
        tuple(re.compile(kind.but, re.DOTALL) if kind.but else None for kind in KINDS),
    )


# No pattern fits a name that ends so, but for those of hidden files and of copies.
_PLAIN = (".js", ".ts", ".mjs", ".cjs", ".map", ".md", ".css", ".html")


@lru_cache(maxsize=4096)
def _folder(folder: str | None) -> tuple[int, str, tuple[tuple[int, int], ...]]:
    """Of a folder: how deep it lies, its own name, and the kinds that it and those above it stand for."""
    parts = folder.split("/") if folder is not None else []
    kinds = _table().folders
    found = tuple((kinds[part], depth) for depth, part in enumerate(parts) if part in kinds)
    return len(parts), parts[-1] if parts else "", found


def known(path: str, *, bundled: bool = False) -> Found | None:
    """What that path of a package is, or None where it may well be in one.

    `bundled` tells that the package carries dependencies inside: of those only what is worse than litter
    counts.
    """
    inside = bundled and path.startswith("node_modules/")
    folder, slash, name = path.lower().rpartition("/")
    name = name[-255:]
    whole, last, lies_in = _folder(folder if slash else None)
    table = _table()
    found = list(lies_in)
    if name in table.names:
        found.append((table.names[name], whole))
    if last and f"{last}/{name}" in table.names:
        found.append((table.names[f"{last}/{name}"], whole))
    dot = name.find(".")
    while dot >= 0:
        if name[dot:] in table.endings:
            found.append((table.endings[name[dot:]], whole))
        dot = name.find(".", dot + 1)
    if (not name.endswith(_PLAIN) or name[0] == "." or "copy" in name) and table.some.fullmatch(name):
        found += ((number, whole) for pattern, number in table.patterns if pattern.fullmatch(name))
    for number, depth in sorted(found):
        kind, but = KINDS[number], table.but[number]
        if (but is not None and depth == whole and but.fullmatch(name)) or (inside and kind.litter):
            continue
        if kind.id == "tarball" and whole:
            continue
        parts = path.split("/")
        lies = "/".join(parts[: depth + 1])
        severity = _AMONG_SAMPLES[kind.severity] if is_sample(lies) else kind.severity
        return Found(kind, severity, lies if depth < whole else "/".join(parts[:-1]))
    return None
