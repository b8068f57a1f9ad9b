"""What the text of a lifecycle script, or a shell script, does: which programs, on which files.

Commands are named after what they do; files of the package that they start, and JavaScript that stands in
the command itself, are handed on for others to read. Programs that builds are known to use are ordinary.
"""

from __future__ import annotations

import base64
import binascii
import posixpath
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from npmguard.code import words
from npmguard.code.shell import Command, commands
from npmguard.code.words import listed
from npmguard.model.code import Deed, Kind


class Start(NamedTuple):
    """A file of the package that is started, and by what: node, sh, cmd, powershell, or another program."""

    path: str
    by: str
    line: int = 1


class Reading(NamedTuple):
    """What a shell text does. `code` is JavaScript that it holds: the text, and the line it begins on."""

    deeds: tuple[Deed, ...] = ()
    starts: tuple[Start, ...] = ()
    code: tuple[tuple[str, int], ...] = ()
    hosts: tuple[str, ...] = ()
    network: bool = False


# Builds, checks and messages: what scripts of ordinary packages run. (Some of these fetch a prebuilt binary
# from where the package's own manifest says.)
_ORDINARY = listed(
    """
    : [ [[ break case cat cd chcp chmod chown clear cls command continue copy cp date declare diff dir
    dirname do done echo elif else esac exit export expr false fi find for function grep head help if
    if-env in install is-ci kill let ln local ls md mkdir mkdirp mktemp move mv popd printf pushd pwd
    read readlink rem ren return rm rimraf rmdir sed set setlocal endlocal goto shift shopt shx sleep
    sort stat source tail tar tee test then touch tr trap true type umask uname uniq unset unzip wait wc
    whereis which while where xargs ver { } ! unlink ldd awk cut basename node-gyp node-gyp-build
    node-gyp-build-optional-packages node-pre-gyp prebuild-install prebuildify prebuild cmake-js cmake
    make gmake ninja gcc g++ cc c++ clang rustc cargo go napi napi-postinstall neon cargo-cp-artifact
    electron-builder electron-rebuild install-app-deps node-gyp-build-test autoreconf configure
    autogen.sh husky husky-run yorkie lefthook simple-git-hooks pre-commit patch-package patch
    opencollective opencollective-postinstall only-allow check-node-version ngcc ivy-ngcc tsc ttsc
    ts-patch tspc babel rollup webpack esbuild vite gulp grunt lerna nx turbo rush nuxi nuxt svelte-kit
    prisma ngc ng npm-run-all run-s run-p run-script-os cross-env-shell conditional-type-checks is-in-ci
    prettier eslint jest mocha tsdx microbundle unbuild father tsup copyfiles cpx ncp del-cli npx-run
    modclean node-prune esm2cjs postinstall-postinstall detect-libc pkg-config unicode-loader
    allow-scripts lavamoat jetify jetifier bob scarf-js wait-on license-checker shjs env-cmd
    """
)
_SHELLS = frozenset(("sh", "bash", "zsh", "dash", "ash", "ksh", "busybox"))
_NODES = frozenset(("node", "nodejs", "tsx", "ts-node", "esno", "jiti", "electron", "babel-node", "esr"))
_RUNTIMES = {
    "bun": "Bun",
    "deno": "Deno",
    "python": "Python",
    "python2": "Python",
    "python3": "Python",
    "py": "Python",
    "ruby": "Ruby",
    "perl": "Perl",
    "php": "PHP",
    "lua": "Lua",
    "osascript": "AppleScript",
    "wscript": "Windows' script host",
    "cscript": "Windows' script host",
    "mshta": "Windows' HTML host",
    "java": "Java",
}
_LOADERS = frozenset(("rundll32", "regsvr32", "msiexec"))
_FETCHERS = frozenset(
    ("curl", "wget", "aria2c", "bitsadmin", "certutil", "fetch", "iwr", "invoke-webrequest", "http")
)
_ASSISTANTS = frozenset(("claude", "gemini", "codex", "cursor-agent", "opencode", "aider"))
_MANAGERS = frozenset(("npm", "yarn", "pnpm", "bun", "cnpm", "tnpm"))
_SYSTEM_INSTALLERS = frozenset(
    ("pip", "pip3", "gem", "apt", "apt-get", "yum", "dnf", "apk", "brew", "choco", "winget", "scoop")
)
_EXECUTABLE = (".exe", ".scr", ".com", ".bin", ".elf", ".dll", ".appimage", ".run", ".msi")
_SHELL_FILES = {".sh": "sh", ".bash": "sh", ".bat": "cmd", ".cmd": "cmd", ".ps1": "powershell"}
SCRIPT_FILES = (".js", ".cjs", ".mjs", ".ts", ".cts", ".mts", ".jsx", ".tsx")
# those that Windows has with an ending
_PROGRAMS = frozenset((*_ORDINARY, *_NODES, *_MANAGERS, *_SHELLS, *_LOADERS, *_FETCHERS, *_RUNTIMES)) | {
    "npx",
    "cmd",
    "powershell",
    "pwsh",
}
_PREFIXES = listed(
    """
    exec time nohup setsid nice sudo doas env cross-env call command builtin ! if then else elif do
    while until not { npx-env dotenv stdbuf caffeinate winpty start-process @echo
    """
)
_HOST = re.compile(
    r"\b(?:https?|wss?|ftp)://(?:[^/\s'\"`@?#]*@)?([^/\s'\"`:?#\\|;&<>(){},]+)(?::\d+)?", re.IGNORECASE
)
_DATA_OPTIONS = re.compile(
    r"^(?:-d|--data(?:-\w+)?(?:=.*)?|-F|--form(?:=.*)?|-T|--upload-file(?:=.*)?|--post-(?:data|file)(?:=.*)?|--json(?:=.*)?)$"
)
_OUTSIDE = re.compile(
    r"^(?:~|\$HOME|\$\{HOME\}|%USERPROFILE%|%APPDATA%|%LOCALAPPDATA%|%TEMP%|/etc|/usr|/opt|/tmp|/var|\$TMPDIR)(?=[/\\]|$)"
)
_FUNCTION = re.compile(r"(?m)(?:^|[;\s])(?:function\s{1,9})?([A-Za-z_][\w-]{0,60})\s{0,9}\(\)")
_DEEP = 5


def read(text: str, path: str, scripts: Mapping[str, str] | None = None, line: int = 1) -> Reading:
    """What a shell text does. `path` is where it stands; `scripts` are those of the package, by name."""
    reader = _Reader(path, scripts or {})
    reader.text(text, line)
    return reader.reading()


def hosts(text: str) -> list[str]:
    """The hosts of the URLs in a text, in small letters."""
    return [host.lower() for host in _HOST.findall(text)]


class _Reader:
    def __init__(self, path: str, scripts: Mapping[str, str]) -> None:
        self.path = path
        self.scripts = scripts
        self.deeds: dict[Deed, None] = {}
        self.starts: dict[Start, None] = {}
        self.code: list[tuple[str, int]] = []
        self.hosts: dict[str, None] = {}
        self.network = False
        self.fetched: set[str] = set()  # base names of files that were downloaded
        self.functions: set[str] = set()  # those that the text defines
        self.seen: set[str] = set()  # scripts that were followed
        self.folder = ""
        self.deep = 0

    def reading(self) -> Reading:
        return Reading(
            tuple(self.deeds), tuple(self.starts), tuple(self.code), tuple(self.hosts), self.network
        )

    def text(self, text: str, line: int = 1) -> None:
        """Reads a text; its telling words too."""
        if self.deep > _DEEP:
            return
        self.deep += 1
        for deed in words.deeds(text[: 1 << 18].encode("utf-8", "replace"), self.path, line):
            self.deeds.setdefault(deed)
        self.hosts.update(dict.fromkeys(hosts(text)))
        self.functions.update(_FUNCTION.findall(text))
        self.all(commands(text, line))
        self.deep -= 1

    def all(self, found: list[Command]) -> None:
        folder = self.folder
        before: Command | None = None
        for command in found:
            if command.inner:
                self.all(list(command.inner))
            self.one(command, before if command.piped else None)
            before = command
        self.folder = folder

    def say(self, kind: Kind, command: Command, what: str) -> None:
        self.deeds.setdefault(Deed(kind, self.path, command.line, what))

    def one(self, command: Command, source: Command | None) -> None:
        """Reads one command; `source` is the one whose output it gets."""
        for target in command.writes:
            if _OUTSIDE.match(target) and target != "/dev/stderr":
                self.say(Kind.OUTSIDE, command, f"writes to {words.shown(target)}")
        words_, hidden = _stripped(command.words)
        if not words_:
            return
        if hidden or (command.silent and not self._known(program(words_[0]))):
            self.say(Kind.HIDES, command, f"lets nobody see what this prints: {_shown(command)}")
        name = program(words_[0])
        arguments = words_[1:]
        handler = self._handler(name)
        if handler is not None:
            handler(name, arguments, command, source)
        elif not self._known(name) and not self._file(words_[0], command):
            self.say(Kind.PROCESS, command, f"runs {_shown(command)}")
        if name == "chmod":
            for word in arguments[1:]:
                self._ran_fetched(word, command)
        if name in ("cp", "mv", "copy", "move", "tee", "ln", "touch") and arguments:
            target = arguments[-1]
            if _OUTSIDE.match(target):
                self.say(Kind.OUTSIDE, command, f"writes to {words.shown(target)}")
        if name == "cd" and arguments:
            self.folder = posixpath.normpath(posixpath.join(self.folder, arguments[0].replace("\\", "/")))

    def _known(self, name: str) -> bool:
        """Is it a program that builds use, a function of the text itself, or no program at all?"""
        return (
            name in _ORDINARY
            or name in self.functions
            or "=" in name
            or name.startswith("-")
            or name == "exec"
        )

    def _handler(self, name: str) -> Callable[[str, tuple[str, ...], Command, Command | None], None] | None:
        if name in _SHELLS:
            return self._shell
        if name in _NODES:
            return self._node
        if name in ("cmd", "powershell", "pwsh", "iex", "invoke-expression"):
            return self._windows
        if name in _FETCHERS or name in (
            "nc",
            "ncat",
            "netcat",
            "socat",
            "scp",
            "rsync",
            "ftp",
            "ssh",
            "telnet",
        ):
            return self._fetch
        if name in _MANAGERS or name in ("npx", "bunx", "pnpx"):
            return self._manager
        if name in _RUNTIMES or re.fullmatch(r"python3?\.\d+", name):
            return self._runtime
        if name in _LOADERS:
            return self._loader
        if name in _ASSISTANTS or (name == "q" and name):
            return self._assistant
        if name in _SYSTEM_INSTALLERS:
            return self._installer
        if name in ("eval", "source", "."):
            return self._eval
        return {
            "git": self._git,
            "crontab": self._persist,
            "schtasks": self._persist,
            "reg": self._registry,
        }.get(name)

    def _shell(self, name: str, arguments: tuple[str, ...], command: Command, source: Command | None) -> None:
        rest = list(arguments)
        while rest:
            word = rest.pop(0)
            if re.fullmatch(r"-\w*c", word):
                if rest:
                    self.text(rest[0], command.line)
                return
            if not word.startswith(("-", "+")):
                if not self._ran_fetched(word, command):
                    self._start(word, "sh", command)
                return
        if source is not None:
            self._piped(name, command, source)

    def _piped(self, name: str, command: Command, source: Command) -> None:
        """An interpreter that gets its text from the command before it."""
        first = program(source.words[0]) if source.words else ""
        if first in _FETCHERS:
            self.say(
                Kind.EVALUATES_FETCHED,
                command,
                f"lets {name} run what it downloads: {_shown(source)} | {name}",
            )
        elif (
            first in ("base64", "openssl", "xxd", "gunzip", "tr", "rev") and len(source.words) > 1
        ) or source.piped:
            self.say(
                Kind.DECODES, command, f"decodes a text and lets {name} run it: {_shown(source)} | {name}"
            )
        elif first in ("echo", "printf") and name in _SHELLS:
            self.text(" ".join(source.words[1:]), command.line)

    def _node(self, name: str, arguments: tuple[str, ...], command: Command, source: Command | None) -> None:
        rest = list(arguments)
        while rest:
            word = rest.pop(0)
            if word in ("-e", "-p", "-pe", "-ep", "--eval", "--print", "-ne"):
                if rest:
                    self.code.append((rest[0], command.line))
                return
            if word in (
                "-r",
                "--require",
                "--import",
                "--loader",
                "--experimental-loader",
                "-C",
                "--conditions",
            ):
                if rest and rest[0].startswith("."):
                    self._start(rest[0], "node", command)
                rest[:1] = []
            elif word.startswith("--eval="):
                self.code.append((word.removeprefix("--eval="), command.line))
                return
            elif word in ("--run",) and rest:
                self._script(rest[0], command)
                return
            elif not word.startswith("-"):
                if not self._ran_fetched(word, command):
                    self._start(word, "node", command)
                return
        if source is not None:
            self._piped(name, command, source)

    def _windows(
        self, name: str, arguments: tuple[str, ...], command: Command, source: Command | None
    ) -> None:
        text = " ".join(arguments)
        if name == "cmd":
            at = next((n for n, word in enumerate(arguments) if word.lower() in ("/c", "/k", "/s/c")), None)
            if at is not None:
                self.text(" ".join(arguments[at + 1 :]), command.line)
            return
        low = text.lower()
        if re.search(r"-w(?:in(?:dowstyle)?)?\s+hidden", low):
            self.say(Kind.HIDES, command, f"hides the window of {name}")
        encoded = re.search(r"-e(?:nc|ncodedcommand)?\s+([A-Za-z0-9+/=]{16,})", text, re.IGNORECASE)
        if encoded:
            plain = _unpacked(encoded[1])
            self.say(
                Kind.DECODES,
                command,
                f"has {name} run a command in base64: {words.shown(plain or encoded[1])}",
            )
            if plain:
                self.text(plain, command.line)
        fetches = re.search(
            r"downloadstring|downloadfile|\biwr\b|\birm\b|invoke-webrequest|invoke-restmethod|net\.webclient|start-bitstransfer",
            low,
        )
        if fetches:
            self.network = True
            runs = re.search(r"\biex\b|invoke-expression|start-process|\bstart\b|&\s", low)
            kind = (
                Kind.EVALUATES_FETCHED
                if (runs and "iex" in low) or "invoke-expression" in low
                else Kind.RUNS_FETCHED
                if runs
                else Kind.FETCHES
            )
            self.say(kind, command, f"downloads with {name}: {words.shown(text)}")
        match = re.search(r"-f(?:ile)?\s+(\S+\.ps1)", text, re.IGNORECASE)
        if match:
            self._start(match[1], "powershell", command)
        elif not encoded and not fetches:
            self.say(Kind.RUNTIME, command, f"starts PowerShell: {words.shown(text)}")

    def _fetch(self, name: str, arguments: tuple[str, ...], command: Command, source: Command | None) -> None:
        text = " ".join(arguments)
        if name in ("certutil",) and "urlcache" not in text.lower():
            return
        self.network = True
        if name in ("nc", "ncat", "netcat", "socat", "telnet") and (
            re.search(r"(?:^|\s)-\w*[ec]\s+\S*(?:sh|cmd)|exec:", text, re.IGNORECASE)
        ):
            self.say(Kind.OPENS_SHELL, command, f"opens a shell over the network: {_shown(command)}")
            return
        posts = any(_DATA_OPTIONS.match(word) for word in arguments) or re.search(r"-X\s*(?:POST|PUT)", text)
        if (
            posts
            or name in ("nc", "ncat", "netcat", "scp", "rsync", "ftp")
            or (source is not None and name == "curl")
        ):
            self.say(Kind.SENDS, command, f"sends data with {name}: {_shown(command)}")
            if (
                source is not None
                and source.words
                and program(source.words[0]) in ("env", "printenv", "set", "export")
            ):
                self.say(
                    Kind.ENVIRONMENT, command, f"sends the environment: {_shown(source)} | {_shown(command)}"
                )
            elif re.search(r"\$\((?:env|printenv|set)\b|`(?:env|printenv)\b", text):
                self.say(Kind.ENVIRONMENT, command, f"sends the environment: {_shown(command)}")
            return
        self.say(Kind.FETCHES, command, f"downloads with {name}: {_shown(command)}")
        for n, word in enumerate(arguments):
            if word in ("-o", "--output", "-OutFile", "--output-document", "-O") and n + 1 < len(arguments):
                self.fetched.add(posixpath.basename(arguments[n + 1].replace("\\", "/")))
            if word.lower().startswith(("http://", "https://")):
                self.fetched.add(posixpath.basename(word.partition("?")[0]))
        self.fetched.update(posixpath.basename(target) for target in command.writes)
        if name in ("certutil", "bitsadmin") and arguments:
            self.fetched.add(posixpath.basename(arguments[-1].replace("\\", "/")))
        self.fetched.discard("")
        self.fetched.discard("-")

    def _ran_fetched(self, word: str, command: Command) -> bool:
        base = posixpath.basename(word.replace("\\", "/"))
        if base in self.fetched:
            self.say(Kind.RUNS_FETCHED, command, f"runs what it downloaded: {_shown(command)}")
            return True
        return False

    def _manager(
        self, name: str, arguments: tuple[str, ...], command: Command, source: Command | None
    ) -> None:
        rest = [word for word in arguments if not word.startswith("-") or word in ("-g",)]
        options = [word for word in arguments if word.startswith("-")]
        verb = rest[0] if rest else ""
        if name in ("npx", "bunx", "pnpx") or verb in ("exec", "x", "dlx") or (name == "bun" and verb == "x"):
            called = rest[1:] if verb in ("exec", "x", "dlx") else rest
            if called and program(called[0].rpartition("@")[0] or called[0]) not in _ORDINARY:
                self.say(
                    Kind.INSTALLS, command, f"runs a package that need not be there yet: {_shown(command)}"
                )
            return
        if verb in ("run", "run-script", "rum", "urn") and len(rest) > 1:
            self._script_or_file(name, rest[1], command)
        elif verb in ("test", "start", "restart", "stop") and verb in self.scripts:
            self._script(verb, command)
        elif verb == "publish":
            self.say(Kind.PUBLISHES, command, f"publishes: {_shown(command)}")
        elif verb in ("install", "i", "add", "ci", "in", "isntall", "global"):
            which = [word for word in rest[1:] if word != "-g"]
            anywhere = {"-g", "--global"} & {*options, *rest} or verb == "global"
            if anywhere:
                self.say(Kind.INSTALLS, command, f"installs for the whole machine: {_shown(command)}")
            elif which:
                self.say(Kind.INSTALLS, command, f"installs further packages: {_shown(command)}")
        elif verb in ("token", "login", "adduser", "whoami", "profile"):
            self.say(Kind.TOKENS, command, f"asks for an account: {_shown(command)}")
        elif verb in ("config", "c", "set", "get") and re.search(
            r"_auth|token|password", " ".join(rest), re.IGNORECASE
        ):
            self.say(Kind.TOKENS, command, f"asks for a token: {_shown(command)}")
        elif verb in self.scripts:
            self._script(verb, command)
        elif name == "bun" and verb.endswith(SCRIPT_FILES):
            self._bun(verb, command)

    def _script_or_file(self, name: str, target: str, command: Command) -> None:
        if target in self.scripts:
            self._script(target, command)
        elif name == "bun" or target.endswith(SCRIPT_FILES):
            self._bun(target, command)

    def _bun(self, target: str, command: Command) -> None:
        self.say(Kind.RUNTIME, command, f"starts Bun: {_shown(command)}")
        self._start(target, "bun", command)

    def _script(self, name: str, command: Command) -> None:
        for called in (f"pre{name}", name, f"post{name}"):
            text = self.scripts.get(called)
            if isinstance(text, str) and called not in self.seen:
                self.seen.add(called)
                self.text(text, command.line)

    def _runtime(
        self, name: str, arguments: tuple[str, ...], command: Command, source: Command | None
    ) -> None:
        language = _RUNTIMES.get(name, "Python")
        self.say(Kind.RUNTIME, command, f"starts {language}: {_shown(command)}")
        target = next((word for word in arguments if not word.startswith(("-", "/")) and word != "run"), None)
        if target and not self._ran_fetched(target, command) and re.search(r"\.\w{1,4}$", target):
            self._start(target, name, command)
        if source is not None and (target is None or target == "-"):
            self._piped(name, command, source)

    def _loader(
        self, name: str, arguments: tuple[str, ...], command: Command, source: Command | None
    ) -> None:
        self.say(Kind.BUNDLED, command, f"has Windows load a library: {_shown(command)}")
        for word in arguments:
            self._ran_fetched(word.partition(",")[0], command)

    def _assistant(
        self, name: str, arguments: tuple[str, ...], command: Command, source: Command | None
    ) -> None:
        if name == "q" and "chat" not in arguments:
            return
        self.say(Kind.MODELS, command, f"runs a command-line assistant: {_shown(command)}")

    def _installer(
        self, name: str, arguments: tuple[str, ...], command: Command, source: Command | None
    ) -> None:
        if {"install", "add", "tap"} & set(arguments):
            self.say(Kind.INSTALLS, command, f"installs programs: {_shown(command)}")

    def _git(self, name: str, arguments: tuple[str, ...], command: Command, source: Command | None) -> None:
        if {"clone", "fetch", "pull"} & set(arguments):
            self.network = True
            self.say(Kind.FETCHES, command, f"downloads with git: {_shown(command)}")
        elif "push" in arguments:
            self.network = True
            self.say(Kind.SENDS, command, f"sends with git: {_shown(command)}")

    def _eval(self, name: str, arguments: tuple[str, ...], command: Command, source: Command | None) -> None:
        if name == "eval":
            for inner in command.inner:
                if inner.words and program(inner.words[0]) in _FETCHERS:
                    self.say(
                        Kind.EVALUATES_FETCHED, command, f"evaluates what it downloads: {_shown(command)}"
                    )
                if inner.words and program(inner.words[0]) == "base64":
                    self.say(Kind.DECODES, command, f"evaluates what it decodes: {_shown(command)}")
        elif arguments and arguments[0].startswith("."):
            self._start(arguments[0], "sh", command)

    def _persist(
        self, name: str, arguments: tuple[str, ...], command: Command, source: Command | None
    ) -> None:
        if arguments and arguments[0] != "-l":
            self.say(Kind.PERSISTS, command, f"has itself started again: {_shown(command)}")

    def _registry(
        self, name: str, arguments: tuple[str, ...], command: Command, source: Command | None
    ) -> None:
        if arguments and arguments[0].lower() == "add":
            self.say(Kind.OUTSIDE, command, f"writes to Windows' registry: {_shown(command)}")

    def _file(self, word: str, command: Command) -> bool:
        """A command that is itself a file: of the package, or downloaded."""
        if self._ran_fetched(word, command):
            return True
        low = word.lower()
        ending = posixpath.splitext(low)[1]
        if ending in _SHELL_FILES:
            self._start(word, _SHELL_FILES[ending], command)
            return True
        if ending in SCRIPT_FILES:
            self._start(word, "node", command)
            return True
        if _OUTSIDE.match(word):
            return False
        if ending in _EXECUTABLE or (word.startswith(("./", ".\\", "bin/")) and not ending):
            self._start(word, "", command)
            return True
        return False

    def _start(self, word: str, by: str, command: Command) -> None:
        path = word.replace("\\", "/")
        if path.startswith(("/", "~", "$", "%")) or "://" in path or "…" in path:
            if by != "node":
                self.say(Kind.PROCESS, command, f"runs {_shown(command)}")
            return
        path = posixpath.normpath(posixpath.join(self.folder, path))
        self.starts.setdefault(Start(path, by, command.line))


def program(word: str) -> str:
    """The name of a program, without its folder and ending."""
    name = (
        word.replace("\\", "/").rpartition("/")[2].lower()
        if not word.startswith((".", "[")) or "/" in word
        else word
    )
    if word.startswith(("./", ".\\", "../")):
        return word
    for ending in (".exe", ".cmd", ".bat"):
        if name.endswith(ending) and name.removesuffix(ending) in _PROGRAMS:
            return name.removesuffix(ending)
    return name


def _stripped(found: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    """A command's words without what only says how to start it, and whether that hides it."""
    rest = list(found)
    hidden = False
    while rest:
        word = rest[0]
        low = word.lower().lstrip("@")
        if re.fullmatch(r"[A-Za-z_]\w*\+?=.*", word, re.DOTALL) and len(rest) > 1:
            rest.pop(0)
        elif low == "start" and len(rest) > 1:
            rest.pop(0)
            while rest and (rest[0].startswith("/") or rest[0] == ""):
                hidden = hidden or rest[0].lower() in ("/b", "/min")
                rest.pop(0)
        elif low in _PREFIXES and len(rest) > 1:
            hidden = hidden or low in ("nohup", "setsid")
            rest.pop(0)
            while low in ("env", "sudo", "nice", "exec", "time") and rest and rest[0].startswith("-"):
                rest.pop(0)
        elif low == "timeout" and len(rest) > 2:
            del rest[:2]
        else:
            break
    return tuple(rest), hidden


def _shown(command: Command) -> str:
    return words.shown(" ".join(command.words))


def _unpacked(encoded: str) -> str | None:
    """The text that PowerShell has in base64, or None."""
    try:
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4)).decode("utf-16-le")
    except (binascii.Error, UnicodeDecodeError):
        return None
