"""Which names npm takes: for what exists already, and for what is published anew."""

from __future__ import annotations

import re

_RESERVED = ("node_modules", "favicon.ico")
# What a URL's path holds unescaped
_PLAIN = re.compile(r"[A-Za-z0-9_.!~*'()-]+")
_LEGACY = re.compile(r"[~'!()*]")
# What `require` takes for Node.js's own, whatever is installed
_CORE = (
    "assert async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns "
    "domain events fs http http2 https inspector module net os path perf_hooks process punycode querystring "
    "readline repl stream string_decoder sys timers tls trace_events tty url util v8 vm wasi worker_threads "
    "zlib"
)


def faults(name: str) -> list[str]:
    """Why npm refuses to install a package of that name, or to name a dependency so; empty where it does not.

    The rules are those that npm applies to names given long ago: capital letters, the names of Node's own
    modules, and more than 214 characters are left alone (validate-npm-package-name, as npm 12 has it).
    """
    if not name:
        return ["it is empty"]
    found = []
    if name != name.strip():
        found.append("it begins or ends with a space")
    for start, words in ((".", "a full stop"), ("-", "a hyphen"), ("_", "an underscore")):
        if name.startswith(start):
            found.append(f"it begins with {words}")
    if name.lower() in _RESERVED:
        found.append("it is reserved")
    scope, slash, rest = name.partition("/")
    if name.startswith("@") and slash:
        if rest.startswith("."):
            found.append("the part after the scope begins with a full stop")
        plain = bool(_PLAIN.fullmatch(scope[1:]) and _PLAIN.fullmatch(rest))
    else:
        plain = bool(_PLAIN.fullmatch(name))
    if not plain:
        found.append("it has characters that a URL cannot hold")
    return found


def novelties(name: str) -> list[str]:
    """Why npm takes such a name for packages that have it already, but for no new one."""
    found = []
    if len(name) > 214:
        found.append("it is longer than 214 characters")
    if name != name.lower():
        found.append("it has capital letters")
    if _LEGACY.search(name.rpartition("/")[2]):
        found.append("it has one of the characters ~ ' ! ( ) *")
    if name.lower() in _CORE.split():
        found.append("it is the name of a module of Node.js")
    return found
