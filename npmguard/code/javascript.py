"""What a JavaScript text does.

With tree-sitter and its grammar for JavaScript (the extra `js`) the text is parsed, and what it calls is
followed through names: what `require` and `import` gave, renamed, taken apart or computed, and constants put
together, joined, escaped or encoded. Scopes are honoured, the order of statements is not. Without them, and
where a text is too large or takes too long, `plain` reads it token by token and sees only what is written
out.
"""

from __future__ import annotations

import posixpath
import re
import time
from array import array
from bisect import bisect_right
from collections.abc import Callable
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

from npmguard.code import obfuscation, script, survey, values, words
from npmguard.code.values import HOLE, UNKNOWN, Value
from npmguard.code.words import NETWORK, listed
from npmguard.model.code import Deed, Kind

if TYPE_CHECKING:
    from tree_sitter import Node

_LARGE = 6_000_000  # bytes that are parsed
_SECONDS = 4.0
_STEPS = 400_000  # expressions that are looked at
_DEEP = 40
_BRACKETS = 2_000  # within each other: the parser recurses
_PART = 1 << 18  # bytes that are queried at a time
_NESTED = 3_000  # levels of the tree that are looked at
_ERRORS = 2_000  # places that do not parse
_TOKENS = 4_000  # tokens of one of them
_AGAIN = 300_000  # characters of a text inside a text

_SAME = {
    "fs/promises": "fs",
    "fs-extra": "fs",
    "graceful-fs": "fs",
    "original-fs": "fs",
    "cross-spawn": "child_process.spawn",
    "execa": "child_process.execFile",
    "module": "Module",
    "process": "process",
    "node-fetch": "fetch",
    "cross-fetch": "fetch",
    "ws": "WebSocket",
    "socket.io-client": "socketio",
}
_GLOBALS = listed(
    """
    require module process eval Function Buffer atob fetch String unescape decodeURIComponent decodeURI
    JSON Object setTimeout setInterval setImmediate XMLHttpRequest WebSocket importScripts WebAssembly
    Reflect Array Bun Deno globalThis global window self navigator
    """
)
_WORLDS = frozenset(("globalThis", "global", "window", "self"))
_EVALUATE = frozenset(
    (
        "eval",
        "Function",
        "vm.runInThisContext",
        "vm.runInNewContext",
        "vm.runInContext",
        "vm.Script",
        "vm.compileFunction",
        "execScript",
        "Module._compile",
    )
)
_RUN = frozenset(("exec", "execSync", "spawn", "spawnSync", "execFile", "execFileSync", "fork"))
_WRITE = listed(
    """
    writeFile writeFileSync appendFile appendFileSync createWriteStream copyFile copyFileSync rename
    renameSync outputFile outputFileSync cp cpSync symlink symlinkSync writeJson writeJsonSync
    outputJson move moveSync copy copySync
    """
)
_REMOVE = listed(
    """
    rm rmSync rmdir rmdirSync unlink unlinkSync remove removeSync emptyDir emptyDirSync rimraf
    """
)
_READ = listed(
    """
    readFile readFileSync createReadStream readdir readdirSync open openSync existsSync readJson
    readJsonSync
    """
)
_POSTS = frozenset(("POST", "PUT", "PATCH"))
_OUTSIDE = re.compile(r"^(?:~|/etc|/usr|/opt|/Library|\$INIT_CWD|\$HOME|%\w+%)(?=[/\\]|$)")
_OTHERS = re.compile(r"^(?:(?:\./|\.\./|[\w-]+/)*node_modules/|\.\./)(?:@[\w.-]+/)?[A-Za-z][\w.-]*/\S")
_SHELL = re.compile(
    r"^(?:/bin/|/usr/bin/)?(?:ba|z|da)?sh$|^cmd(?:\.exe)?$|^powershell(?:\.exe)?$", re.IGNORECASE
)
_LOCAL = re.compile(r"^(?:localhost|127\.|0\.0\.0\.0|\[?::1|example\.|.*\.local$|.*…)")
_ADDRESS = re.compile(r"^\d{1,3}(?:\.\d{1,3}){3}$")
_MODULES = frozenset(
    ("child_process", "fs", "net", "http", "https", "dns", "os", "vm", "crypto", "http2", "tls", "dgram")
)
# words that tell of a command, which is only one where it is run
COMMANDS = frozenset(
    (Kind.EVALUATES_FETCHED, Kind.DECODES, Kind.DESTROYS, Kind.OPENS_SHELL, Kind.MODELS, Kind.PUBLISHES)
)
_MESSAGE = re.compile(
    rb"(?:new\s+)?(?:console\.\w+|[\w$.]{0,40}\b(?:log|warn|info|error|debug|print|write|[A-Za-z]*Error))\s*\(",
    re.IGNORECASE,
)
_DECODER = re.compile(
    rb"(?:new\s+)?(?:window\.|globalThis\.)?(?:atob|String\.fromCharCode|String\.fromCodePoint"
    rb"|Buffer(?:\.from)?)(?:\.apply)?\(|[\w$.]{1,30}\.(?:charCodeAt|codePointAt|createDecipher\w*)\("
)
_TOKEN = re.compile(rb"""\benv(?:\??\.|\[\s*['"`])([A-Z][A-Z0-9_]{5,40})\b""")


_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"()[]{}")
_STEPS_OF_BRACKETS = bytes(1 if byte in b"([{" else 255 if byte in b")]}" else 0 for byte in range(256))


class Reading(NamedTuple):
    """What one JavaScript text does.

    `needs` are the files of its own package that it requires, as it names them; `starts` those that it starts
    as programs. `used` are the capabilities of which it makes use: name to line. `partly` says why it was
    not read in full, or is None.
    """

    deeds: tuple[Deed, ...] = ()
    needs: tuple[str, ...] = ()
    starts: tuple[script.Start, ...] = ()
    hosts: tuple[str, ...] = ()
    used: tuple[tuple[str, int], ...] = ()
    partly: str | None = None


def parser() -> bool:
    """Is a parser for JavaScript at hand?"""
    return _tools() is not None


def read(data: bytes, path: str, seconds: float = _SECONDS, again: int = 1, line: int = 1) -> Reading:
    """What a JavaScript text does. `path` is the file's in its package.

    `again` is how many times what the text decodes and evaluates is itself read. Raises nothing.
    """
    if obfuscation.binary(data):
        return Reading(partly="it is no text")
    until = time.thread_time() + seconds
    deeds: dict[Deed, None] = dict.fromkeys(obfuscation.deeds(data, path))
    tools = _tools()
    reading = None
    partly = None
    if tools is None:
        partly = "no parser for JavaScript is installed (the extra js): only what is written out was seen"
    elif _depth(data) > _BRACKETS:
        partly = "its brackets are nested too deep to be parsed: only what is written out was seen"
    elif len(data) > _LARGE:
        partly = f"it is larger than {_LARGE // 1_000_000} MB: only what is written out was seen"
    else:
        try:
            tree = tools.parse(data, until)
            if tree is not None and _sound(tree.root_node):
                reading = _Tree(data, path, tree, tools, until, again).reading()
        except RecursionError:
            reading = None
        if reading is None:
            partly = "it is no JavaScript, or takes too long: only what is written out was seen"
        else:
            partly = reading.partly
    if reading is None:
        from npmguard.code import plain

        reading = plain.read(data, path)
    deeds.update(dict.fromkeys(reading.deeds))
    found = tuple(deed._replace(line=deed.line + line - 1) for deed in deeds) if line > 1 else tuple(deeds)
    return reading._replace(deeds=found, partly=partly)


class _Tools(NamedTuple):
    """The parser and the query for what is looked at."""

    language: Any
    query: Any

    def parse(self, data: bytes, until: float) -> Any:
        """The tree, or None where it was not done by then."""
        from tree_sitter import Parser

        maker = Parser(self.language)
        try:
            return maker.parse(
                lambda offset, _: data[offset : offset + 65_536],
                progress_callback=lambda *_: time.thread_time() > until,
            )
        except ValueError:
            return None

    def captures(self, root: Node, until: float) -> dict[str, list[Node]]:
        from tree_sitter import QueryCursor

        # in parts, with a look at the clock: a progress callback here brings tree-sitter 0.26.1 down
        found: dict[str, list[Node]] = {}
        for start in range(0, root.end_byte, _PART):
            if time.thread_time() > until:
                break
            cursor = QueryCursor(self.query)
            cursor.set_max_start_depth(_NESTED)
            cursor.set_byte_range(start, start + _PART)
            for name, nodes in cursor.captures(root).items():
                own = (node for node in nodes if start <= node.start_byte < start + _PART)
                found.setdefault(name, []).extend(own)
        for nodes in found.values():  # they come in no order
            nodes.sort(key=lambda node: (node.start_byte, -node.end_byte))
        return found


_QUERY = """
[(function_declaration) (function_expression) (generator_function) (generator_function_declaration)
 (arrow_function) (method_definition)] @function
(variable_declarator value: (_)) @declared
[(assignment_expression) (augmented_assignment_expression)] @assigned
[(call_expression) (new_expression)] @call
(import_statement) @import
(export_statement source: (string)) @import
(comment) @comment
"""


def _depth(data: bytes) -> int:
    """How deep the brackets of a text are nested, those in its strings counted too."""
    return max(accumulate(array("b", data.translate(_STEPS_OF_BRACKETS, _NO_BRACKETS))), default=0)


def _sound(root: Node) -> bool:
    """Are the places that do not parse small? A query takes the square of a large one's tokens."""
    if not root.has_error:
        return True
    doubtful = [root]
    for _ in range(_ERRORS):
        if not doubtful:
            return True
        node = doubtful.pop()
        if node.type == "ERROR" and node.child_count > _TOKENS:
            return False
        doubtful += [child for child in node.children if child.has_error]
    return False


@cache
def _tools() -> _Tools | None:
    try:
        import tree_sitter
        import tree_sitter_javascript
    except ImportError:
        return None
    try:
        language = tree_sitter.Language(tree_sitter_javascript.language())
        return _Tools(language, tree_sitter.Query(language, _QUERY))
    except (ValueError, TypeError, AttributeError):  # versions that do not fit each other
        return None


class _TooLong(Exception):
    """The time, or the number of steps, is up."""


class _Bound(NamedTuple):
    """What a name was given: an expression, and the way into it; or a value."""

    node: Node | None
    way: tuple[str | int, ...] = ()
    value: Value | None = None
    adds: bool = False  # to what the name had


class _Tree:
    """One parsed text, walked once for its names and once for its calls."""

    def __init__(self, data: bytes, path: str, tree: Any, tools: _Tools, until: float, again: int) -> None:
        self.data, self.path, self.until, self.again = data, path, until, again
        self.folder = posixpath.dirname(path)
        self.root = tree.root_node
        self.captures = tools.captures(tree.root_node, until)
        self.deeds: dict[Deed, None] = {}
        self.needs: dict[str, None] = {}
        self.starts: dict[script.Start, None] = {}
        self.hosts: dict[str, None] = {}
        self.used: dict[str, int] = {}
        self.memo: dict[tuple[int, int], Value | None] = {}
        self.steps = 0
        self.writes = self.runs_unknown = self.marks_executable = 0
        self.written: set[str] = set()
        self.wrote_decoded = self.wrote_inflated = self.shell_line = 0
        self.local: list[dict[str, Value]] = []
        functions = self.captures.get("function", [])
        self.functions = functions
        self.call_starts = [n.start_byte for n in self.captures.get("call", ())]
        self.function_starts = [n.start_byte for n in functions]
        self.parents: list[int] = []
        open_: list[int] = []
        for index, node in enumerate(functions):
            while open_ and functions[open_[-1]].end_byte <= node.start_byte:
                open_.pop()
            self.parents.append(open_[-1] if open_ else -1)
            open_.append(index)
        self.names: dict[tuple[int, str], list[_Bound]] = {}

    # the walk

    def reading(self) -> Reading:
        partly = None
        try:
            self._bind()
            for node in self.captures.get("call", ()):
                if time.thread_time() > self.until:
                    raise _TooLong
                self._call(node)
            for node in self.captures.get("assigned", ()):
                self._assigned(node)
        except _TooLong:
            partly = "it takes too long to follow: only a part of its calls was looked at"
        self._written_out()
        self._together()
        return Reading(
            tuple(self.deeds),
            tuple(self.needs),
            tuple(self.starts),
            tuple(self.hosts),
            tuple(self.used.items()),
            partly,
        )

    def text(self, node: Node) -> str:
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def say(self, kind: Kind, node: Node, what: str) -> None:
        if len(self.deeds) < 400:
            self.deeds.setdefault(Deed(kind, self.path, node.start_point[0] + 1, what))

    def use(self, capability: str, node: Node) -> None:
        self.used.setdefault(capability, node.start_point[0] + 1)

    # names

    def scope(self, place: int) -> int:
        """The innermost function around a place, -1 for none."""
        at = bisect_right(self.function_starts, place) - 1
        while at >= 0 and self.functions[at].end_byte <= place:
            at = self.parents[at]
        return at

    def _bind(self) -> None:
        for index, node in enumerate(self.functions):
            name = node.child_by_field_name("name")
            if name is not None and node.type.endswith("declaration"):
                self._give(self.parents[index], self.text(name), _Bound(node))
        for node in self.captures.get("declared", ()):
            target, value = node.child_by_field_name("name"), node.child_by_field_name("value")
            if target is not None and value is not None:
                self._pattern(target, value, (), self.scope(node.start_byte))
        for node in self.captures.get("assigned", ()):
            target, value = node.child_by_field_name("left"), node.child_by_field_name("right")
            if (
                target is not None
                and value is not None
                and target.type in ("identifier", "object_pattern", "array_pattern")
            ):
                scope = self.scope(node.start_byte)
                if target.type == "identifier":
                    scope = self._where(self.text(target), scope)
                if node.type.startswith("augmented"):
                    self._give(scope, self.text(target), _Bound(value, adds=True))
                else:
                    self._pattern(target, value, (), scope)
            if time.thread_time() > self.until:
                raise _TooLong
        for node in self.captures.get("import", ()):
            self._import(node)

    def _where(self, name: str, scope: int) -> int:
        """The scope around that declares a name, else the outermost."""
        while scope >= 0:
            if (scope, name) in self.names:
                return scope
            scope = self.parents[scope]
        return -1

    def _give(self, scope: int, name: str, bound: _Bound) -> None:
        known = self.names.setdefault((scope, name), [])
        if len(known) < 6:
            known.append(bound)

    def _pattern(self, target: Node, value: Node, way: tuple[str | int, ...], scope: int) -> None:
        if len(way) > 6:
            return
        kind = target.type
        if kind in ("identifier", "shorthand_property_identifier_pattern"):
            self._give(scope, self.text(target), _Bound(value, way))
        elif kind == "object_pattern":
            for child in target.named_children:
                if child.type == "shorthand_property_identifier_pattern":
                    self._give(scope, self.text(child), _Bound(value, (*way, self.text(child))))
                elif child.type == "pair_pattern":
                    key, inner = child.child_by_field_name("key"), child.child_by_field_name("value")
                    if key is not None and inner is not None:
                        self._pattern(inner, value, (*way, self._key(key)), scope)
                elif child.type == "object_assignment_pattern":
                    left = child.child_by_field_name("left")
                    if left is not None:
                        self._give(scope, self.text(left), _Bound(value, (*way, self.text(left))))
        elif kind == "assignment_pattern":
            left = target.child_by_field_name("left")
            if left is not None:
                self._pattern(left, value, way, scope)
        elif kind == "array_pattern":
            for index, child in enumerate(target.named_children):
                self._pattern(child, value, (*way, index), scope)

    def _key(self, node: Node) -> str:
        if node.type == "string":
            return values.unescaped(self.text(node)[1:-1])
        if node.type == "computed_property_name" and node.named_children:
            return self.value(node.named_children[0]).known or HOLE
        return self.text(node)

    def _import(self, node: Node) -> None:
        source = node.child_by_field_name("source")
        if source is None:
            return
        module = self._module(values.unescaped(self.text(source)[1:-1]), node)
        for clause in node.named_children:
            if clause.type != "import_clause":
                continue
            for child in clause.named_children:
                if child.type == "identifier":
                    self._give(-1, self.text(child), _Bound(None, (), module))
                elif child.type == "namespace_import" and child.named_children:
                    self._give(-1, self.text(child.named_children[-1]), _Bound(None, (), module))
                elif child.type == "named_imports":
                    for one in child.named_children:
                        name, alias = one.child_by_field_name("name"), one.child_by_field_name("alias")
                        if name is not None:
                            member = self._member(module, values.unescaped(self.text(name).strip("'\"")))
                            self._give(-1, self.text(alias or name), _Bound(None, (), member))

    def _module(self, name: str, node: Node) -> Value:
        """The module of that name, noted as needed."""
        if name.startswith(("./", "../")) or name in (".", ".."):
            self.needs.setdefault(name)
            return Value(ref=name)
        plain = name.removeprefix("node:")
        if plain in NETWORK or plain.partition("/")[0] in NETWORK:
            self.use("network", node)
        if plain in ("child_process", "execa", "cross-spawn", "shelljs", "zx", "worker_threads", "cluster"):
            self.use("processes", node)
        elif plain in ("fs", "fs/promises", "fs-extra", "graceful-fs", "original-fs"):
            self.use("reads", node)
        elif plain == "vm":
            self.use("evaluation", node)
        elif plain.endswith(".node") or plain in (
            "bindings",
            "node-gyp-build",
            "ffi-napi",
            "node-pre-gyp",
            "koffi",
        ):
            self.use("native", node)
        return Value(ref=_SAME.get(plain, plain))

    def lookup(self, name: str, scope: int) -> Value:
        """What a name is worth, seen from a scope."""
        for local in reversed(self.local):
            if name in local:
                return local[name]
        while True:
            bounds = self.names.get((scope, name))
            if bounds is not None:
                return merged_bounds(self, bounds)
            if scope < 0:
                break
            parameter = self._parameter(name, scope)
            if parameter is not None:
                return parameter
            scope = self.parents[scope]
        if name == "__dirname":
            return Value(f"./{self.folder}" if self.folder else ".")
        if name == "__filename":
            return Value(f"./{self.path}")
        if name in _WORLDS:
            return Value(ref="global")
        if name in _GLOBALS:
            return Value(ref=name)
        return UNKNOWN

    def _parameter(self, name: str, scope: int) -> Value | None:
        """What a function's parameter is worth: what it is called with, where it is called in place."""
        function = self.functions[scope]
        memo = (-2 - scope, hash(name))
        if memo in self.memo:
            return self.memo[memo]
        self.memo[memo] = None
        names = self._parameters(function)
        if name not in names:
            return None
        if name in ("require", "module", "process", "global"):  # what bundlers hand in
            found = Value(ref=name)
        else:
            found = self._handed(function, names.index(name))
        self.memo[memo] = found
        return found

    def _parameters(self, function: Node) -> list[str]:
        single = function.child_by_field_name("parameter")
        if single is not None:
            return [self.text(single)]
        given = function.child_by_field_name("parameters")
        names: list[str] = []
        for child in given.named_children if given is not None else ():
            if child.type == "assignment_pattern":
                child = child.child_by_field_name("left") or child
            if child.type == "object_pattern":
                names.extend(
                    self.text(inner) for inner in child.named_children if inner.type.startswith("shorthand")
                )
            else:
                names.append(self.text(child).removeprefix("..."))
        return names

    def _handed(self, function: Node, index: int) -> Value:
        """What a function that stands in a call gets: the call's arguments, or what the network says."""
        outer = function.parent
        while outer is not None and outer.type == "parenthesized_expression":
            outer = outer.parent
        if outer is None:
            return UNKNOWN
        if outer.type == "call_expression":
            given = outer.child_by_field_name("arguments")
            found = given.named_children if given is not None and given.type == "arguments" else ()
            return self.value(found[index]) if index < len(found) else UNKNOWN
        if outer.type == "arguments" and outer.parent is not None:
            called = outer.parent.child_by_field_name("function")
            if called is not None:
                source = self.value(called)
                if values.FETCHED in source.marks or self._network(source.ref):
                    return Value(marks=frozenset((values.FETCHED,)))
                if values.DECODED in source.marks:
                    return Value(marks=frozenset((values.DECODED,)))
                if source.ref in ("fs.readFile",):
                    return Value(marks=frozenset((values.FILE,)))
        return UNKNOWN

    # values

    def value(self, node: Node | None, deep: int = 0) -> Value:
        """What an expression is worth."""
        if node is None or deep > _DEEP:
            return UNKNOWN
        self.steps += 1
        if self.steps > _STEPS or (self.steps & 1023 == 0 and time.thread_time() > self.until):
            raise _TooLong
        key = (node.start_byte, node.end_byte)
        if not self.local:
            if key in self.memo:
                return self.memo[key] or UNKNOWN
            self.memo[key] = None  # for what refers to itself
        found = self._value(node, deep + 1)
        if not self.local:
            self.memo[key] = found
        return found

    def _value(self, node: Node, deep: int) -> Value:
        kind = node.type
        if kind in ("identifier", "shorthand_property_identifier"):
            return self.lookup(self.text(node), self.scope(node.start_byte))
        if kind == "string":
            return self._string(node)
        if kind == "member_expression":
            prop = node.child_by_field_name("property")
            owner = self.value(node.child_by_field_name("object"), deep)
            return self._member(owner, self.text(prop)) if prop is not None else UNKNOWN
        if kind in ("call_expression", "new_expression"):
            return self._called(node, deep)
        if kind == "number":
            return Value(self.text(node))
        if kind == "binary_expression":
            return self._binary(node, deep)
        if kind == "template_string":
            return self._template(node, deep)
        if kind == "subscript_expression":
            return self._subscript(node, deep)
        if kind == "array":
            found = tuple(
                self.value(child, deep) for child in node.named_children[:20_000] if child.type != "comment"
            )
            return Value(items=found)
        if kind == "object":
            return self._object(node, deep)
        if kind in ("parenthesized_expression", "await_expression", "spread_element", "yield_expression"):
            return self.value(node.named_children[-1], deep) if node.named_children else UNKNOWN
        if kind == "sequence_expression":
            return self.value(node.named_children[-1], deep) if node.named_children else UNKNOWN
        if kind == "ternary_expression":
            return values.merged(
                [
                    self.value(node.child_by_field_name(field), deep)
                    for field in ("consequence", "alternative")
                ]
            )
        if kind == "assignment_expression":
            return self.value(node.child_by_field_name("right"), deep)
        if kind in ("arrow_function", "function_expression", "function_declaration", "regex"):
            return Value(ref="Function.prototype" if kind != "regex" else None)
        if kind == "unary_expression":
            return (
                Value(marks=self.value(node.named_children[-1], deep).marks)
                if node.named_children
                else UNKNOWN
            )
        return UNKNOWN

    def _string(self, node: Node) -> Value:
        raw = self.text(node)[1:-1]
        text = values.unescaped(raw[: 1 << 20])
        if "\\x" in raw or "\\u" in raw:
            hidden = re.search(r"\\x[2-7][0-9a-fA-F]|\\u00[2-7][0-9a-fA-F]", raw)
            if hidden and len(re.findall(r"\\x[2-7]|\\u00[2-7]", raw)) > 3:
                return Value(text, marks=frozenset((values.PIECED,)))
        return Value(text)

    def _binary(self, node: Node, deep: int) -> Value:
        operator = node.child_by_field_name("operator")
        sign = self.text(operator) if operator is not None else ""
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if sign == "+":
            parts: list[Value] = []
            while left is not None and self._sum(left) and len(parts) < 2_000:
                parts.append(self.value(right, deep))
                right = left.child_by_field_name("right")
                left = left.child_by_field_name("left")
            parts += [self.value(right, deep), self.value(left, deep)]
            return values.joined(parts[::-1])
        if sign in ("||", "??", "&&"):
            return values.merged([self.value(left, deep), self.value(right, deep)])
        return UNKNOWN

    def _sum(self, node: Node) -> bool:
        operator = node.child_by_field_name("operator") if node.type == "binary_expression" else None
        return operator is not None and self.text(operator) == "+"

    def _template(self, node: Node, deep: int) -> Value:
        parts = []
        for child in node.named_children[:400]:
            if child.type == "template_substitution":
                parts.append(self.value(child.named_children[0], deep) if child.named_children else UNKNOWN)
            elif child.type in ("string_fragment", "escape_sequence"):
                parts.append(Value(values.unescaped(self.text(child))))
        if not parts:
            return Value("")
        found = values.joined(parts)
        return found._replace(marks=found.marks - {values.PIECED})

    def _subscript(self, node: Node, deep: int) -> Value:
        owner = self.value(node.child_by_field_name("object"), deep)
        index = node.child_by_field_name("index")
        chosen = self.value(index, deep)
        name = chosen.known
        if name is None:
            return Value(marks=owner.marks)
        if owner.items is not None and name.isdigit() and int(name) < len(owner.items):
            return owner.items[int(name)]
        found = self._member(owner, name)
        if found.ref is not None and chosen.marks & {values.PIECED, values.DECODED}:
            return found.marked(*(chosen.marks & {values.PIECED, values.DECODED}))
        return found

    def _object(self, node: Node, deep: int) -> Value:
        found: dict[str, Value] = {}
        marks: frozenset[str] = frozenset()
        for child in node.named_children[:60]:
            if child.type == "pair":
                key, inner = child.child_by_field_name("key"), child.child_by_field_name("value")
                if key is not None:
                    found[self._key(key)] = self.value(inner, deep)
            elif child.type == "shorthand_property_identifier":
                found[self.text(child)] = self.value(child, deep)
            elif child.type == "spread_element" and child.named_children:
                marks |= self.value(child.named_children[0], deep).marks
        return Value(marks=marks, props=found)

    def _member(self, owner: Value, name: str) -> Value:
        if owner.props is not None and name in owner.props:
            return owner.props[name]
        ref = owner.ref
        if name == "_compile":
            return Value(ref="Module._compile", marks=owner.marks)
        if ref is None:
            if name == "constructor" and (owner.text is not None or owner.items is not None):
                return Value(ref="Function.prototype", marks=owner.marks)
            return Value(
                ref=f"?.{name}" if owner.marks or owner.text is not None or owner.items is not None else None,
                marks=owner.marks,
            )
        marks = owner.marks - {values.ENVIRONMENT}
        if ref == "global":
            return Value(ref="global" if name in _WORLDS else name if name in _GLOBALS else None, marks=marks)
        if ref == "process.env":
            return self._variable(name)
        if name == "constructor" and (ref in ("Function.prototype", "Function") or ref.startswith("?.")):
            return Value(ref="Function", marks=marks)
        if name in ("default", "promises") and ref in (*_MODULES, "axios", "fetch", "got", "request"):
            return Value(ref=ref, marks=marks)
        if name in ("call", "apply", "bind") and "." not in ref.lstrip("./")[:0]:
            return Value(ref=f"{ref}.{name}", marks=marks)
        full = f"{ref}.{name}"
        if full in ("process.mainModule", "module.constructor", "Module.Module"):
            return Value(ref="Module", marks=marks)
        if full in ("Module.require", "module.require", "Module._load"):
            return Value(ref="require", marks=marks)
        if full == "process.env":
            return Value(ref=full, marks=marks | {values.ENVIRONMENT})
        if full == "process.execPath":
            return Value("node", marks=marks)
        if full == "os.EOL":
            return Value("\n")
        return Value(ref=full, marks=marks)

    def _variable(self, name: str) -> Value:
        if name in ("HOME", "USERPROFILE", "HOMEPATH"):
            return Value("~")
        if name in ("APPDATA", "LOCALAPPDATA", "PROGRAMDATA"):
            return Value(f"%{name}%")
        if name == "INIT_CWD":
            return Value("$INIT_CWD")
        if name in ("USER", "USERNAME", "LOGNAME", "HOSTNAME", "COMPUTERNAME"):
            return Value(marks=frozenset((values.IDENTITY,)))
        return UNKNOWN

    def _arguments(self, node: Node) -> list[Node]:
        given = node.child_by_field_name("arguments")
        if given is None:
            return []
        if given.type != "arguments":
            return [given]
        return [child for child in given.named_children if child.type != "comment"]

    def _called(self, node: Node, deep: int) -> Value:
        """What a call gives."""
        callee = node.child_by_field_name("function") or node.child_by_field_name("constructor")
        if callee is None:
            return UNKNOWN
        if callee.type == "import":
            named = self._arguments(node)
            name = self.value(named[0], deep).known if named else None
            return self._module(name, node) if name is not None else UNKNOWN
        given = self._arguments(node)
        owner: Value | None = None
        method = ""
        if callee.type == "member_expression":
            prop = callee.child_by_field_name("property")
            owner = self.value(callee.child_by_field_name("object"), deep)
            method = self.text(prop) if prop is not None else ""
            function = self._member(owner, method)
        elif callee.type == "subscript_expression":
            owner = self.value(callee.child_by_field_name("object"), deep)
            method = self.value(callee.child_by_field_name("index"), deep).known or ""
            function = self._subscript(callee, deep)
        else:
            function = self.value(callee, deep)
        ref = function.ref or ""
        if ref == "require" or ref.startswith("Module.createRequire()"):
            name = self.value(given[0], deep).known if given else None
            return self._module(name, node) if name is not None else UNKNOWN
        if ref in ("Module.createRequire", "module.createRequire"):
            return Value(ref="require")
        if ref.endswith(".bind"):
            return function._replace(ref=ref.removesuffix(".bind"))
        arguments = [self.value(one, deep) for one in given[:40]]
        first = arguments[0] if arguments else UNKNOWN
        known = self._known_call(ref, arguments, first)
        if known is not None:
            return known
        if method in ("map", "reduce", "replace", "from") and any(self._turns(one) for one in given):
            return Value(marks=frozenset((values.DECODED,)))
        if owner is not None:
            found = self._method(owner, method, arguments)
            if found is not None:
                return found
        if first.ref in _MODULES and owner is None and given[0].type == "call_expression":
            return first  # what compilers wrap a require in: __toESM(require("fs"))
        if callee.type == "identifier" and ref in ("", "Function.prototype"):
            inlined = self._inlined(callee, arguments, deep)
            if inlined is not None:
                return inlined
        marks = function.marks.union(*(one.marks for one in arguments)) - {values.PIECED}
        if self._network(ref):
            marks |= {values.FETCHED}
            if ref.endswith(("request", ".get")):
                return Value(ref="?request", marks=marks)
        if owner is not None:
            marks |= owner.marks - {values.PIECED}
        return Value(marks=marks)

    def _known_call(self, ref: str, arguments: list[Value], first: Value) -> Value | None:
        """What the functions of JavaScript and Node.js give that make texts; None for another function."""
        second = arguments[1] if len(arguments) > 1 else UNKNOWN
        if ref in ("Buffer.from", "Buffer"):
            if first.items is not None:
                return _characters(first.items)
            if (second.known or "").lower() in ("base64", "base64url", "hex"):
                text = (
                    values.decoded(first.known, (second.known or "").lower())
                    if first.known is not None
                    else None
                )
                return Value(text, marks=first.marks | {values.DECODED})
            return first
        if ref == "atob":
            text = values.decoded(first.known, "base64") if first.known is not None else None
            return Value(text, marks=first.marks | {values.DECODED})
        if ref in ("unescape", "decodeURIComponent", "decodeURI"):
            from urllib.parse import unquote

            text = unquote(first.known) if first.known is not None else None
            return Value(
                text, marks=first.marks | ({values.PIECED} if first.known and "%" in first.known else set())
            )
        if ref in ("String.fromCharCode", "String.fromCodePoint"):
            return _characters(tuple(arguments))
        if ref in ("String.fromCharCode.apply", "String.fromCodePoint.apply"):
            return (
                _characters(second.items)
                if second.items is not None
                else Value(marks=frozenset((values.DECODED,)))
            )
        if ref.startswith("crypto.createDecipher") or ref in (
            "crypto.privateDecrypt",
            "crypto.publicDecrypt",
        ):
            return Value(ref="?decipher", marks=first.marks | {values.DECODED})
        if ref.startswith("zlib.") and re.search(r"inflate|gunzip|brotliDecompress|unzip", ref):
            return Value(marks=first.marks | {values.INFLATED})
        if ref in ("path.join", "path.resolve", "path.posix.join", "path.win32.join"):
            return _path(arguments)
        if ref in (
            "path.normalize",
            "util.promisify",
            "String",
            "encodeURI",
            "path.dirname",
            "url.fileURLToPath",
        ):
            return first
        if ref == "os.homedir":
            return Value("~")
        if ref == "os.tmpdir":
            return Value("/tmp")  # noqa: S108
        if ref == "process.cwd":
            return Value(".")
        if ref in ("os.hostname", "os.userInfo", "os.networkInterfaces"):
            return Value(ref="?", marks=frozenset((values.IDENTITY,)))
        if ref.startswith("fs.read") and ref.removeprefix("fs.") in _READ:
            secret = first.text is not None and any(words.found(first.text.encode("utf-8", "replace"), 1))
            return Value(ref="?", marks=frozenset((values.FILE, *((values.KEYS,) if secret else ()))))
        return None

    def _method(self, owner: Value, method: str, arguments: list[Value]) -> Value | None:
        """What a method of a text or a list gives; None where that is not known."""
        first = arguments[0] if arguments else UNKNOWN
        if method in ("toString", "trim", "valueOf", "toLowerCase", "toUpperCase", "normalize", "decode"):
            if owner.text is not None or owner.marks:
                text = owner.text
                encoding = (first.known or "").lower()
                if text is not None and method == "toString" and encoding in ("base64", "hex"):
                    return Value(marks=owner.marks)
                if text is not None and method == "toLowerCase":
                    text = text.lower()
                if text is not None and method == "toUpperCase":
                    text = text.upper()
                return Value(text, marks=owner.marks)
            return None
        if owner.items is not None:
            if method == "join":
                return values.joined(owner.items, first.known if first.known is not None else ",")
            if method == "reverse":
                return owner._replace(items=owner.items[::-1])
            if method == "concat":
                return owner._replace(items=(*owner.items, *(first.items or (first,))))
            if method in ("map", "filter", "slice"):
                return owner._replace(items=None, marks=owner.all_marks)
        if owner.text is not None:
            known = owner.known
            if method == "split" and known is not None and first.known is not None:
                parts = known.split(first.known) if first.known else list(known)
                return Value(items=tuple(Value(part, marks=owner.marks) for part in parts[:20_000]))
            if method == "concat":
                return values.joined([owner, *arguments])
            if method in ("replace", "replaceAll") and len(arguments) > 1 and known is not None:
                if first.known and arguments[1].known is not None:
                    count = -1 if method == "replaceAll" else 1
                    return Value(
                        known.replace(first.known, arguments[1].known, count),
                        marks=owner.marks | {values.PIECED},
                    )
                return Value(marks=owner.marks)
            if (
                method in ("slice", "substring", "substr")
                and known is not None
                and (first.known or "").isdigit()
            ):
                start = int(first.known or 0)
                end = arguments[1].known if len(arguments) > 1 else None
                stop = (
                    int(end) + (start if method == "substr" else 0)
                    if end is not None and end.isdigit()
                    else None
                )
                if len(arguments) == 1 or stop is not None:
                    return Value(known[start:stop], marks=owner.marks | {values.PIECED})
        return None

    def _inlined(self, callee: Node, arguments: list[Value], deep: int) -> Value | None:
        """What a small function of the text itself gives: its one expression, with what it was handed."""
        if len(self.local) > 3:
            return None
        name = self.text(callee)
        scope = self.scope(callee.start_byte)
        where = self._where(name, scope)
        bounds = self.names.get((where, name))
        if not bounds or bounds[0].node is None or bounds[0].way:
            return None
        function = bounds[0].node
        if function.type not in ("arrow_function", "function_expression", "function_declaration"):
            return None
        body = function.child_by_field_name("body")
        if body is None:
            return None
        result: Node | None = body
        if body.type == "statement_block":
            last = body.named_children[-1] if body.named_children else None
            result = (
                last.named_children[0]
                if last is not None and last.type == "return_statement" and last.named_children
                else None
            )
            if len(body.named_children) > 4:
                result = None
        marks = {values.DECODED} if self._decodes(body) else set()
        if result is None:
            return Value(marks=frozenset(marks)) if marks else None
        self.local.append(dict(zip(self._parameters(function), arguments, strict=False)))
        try:
            found = self.value(result, deep)
        finally:
            self.local.pop()
        if marks and values.DECODED not in found.marks:
            return Value(marks=found.marks | marks)  # it loops, and was not followed
        return found

    def _turns(self, function: Node) -> bool:
        """Is it a function written in place that decodes?"""
        if function.type not in ("arrow_function", "function_expression"):
            return False
        body = function.child_by_field_name("body")
        return body is not None and self._decodes(body)

    def _decodes(self, body: Node) -> bool:
        """Does a small function call what decodes?"""
        calls = self.captures.get("call", ())
        if body.end_byte - body.start_byte > 4_000:
            return False
        at = bisect_right(self.call_starts, body.start_byte - 1)
        while at < len(calls) and calls[at].start_byte < body.end_byte:
            if _DECODER.match(self.data, calls[at].start_byte, calls[at].start_byte + 60):
                return True
            at += 1
        return False

    def _network(self, ref: str | None) -> bool:
        if not ref:
            return False
        head = ref.partition(".")[0]
        return (
            head in NETWORK
            or head in ("fetch", "WebSocket", "XMLHttpRequest")
            or ref in ("Bun.fetch", "navigator.sendBeacon")
        )

    # calls

    def _call(self, node: Node) -> None:
        """Notes what one call does."""
        callee = node.child_by_field_name("function") or node.child_by_field_name("constructor")
        if callee is None or callee.type == "super":
            return
        if callee.type == "import":
            self._called(node, 0)
            return
        function = self.value(callee)
        ref = function.ref
        if ref is None:
            return
        given = self._arguments(node)
        for ending in (".call", ".apply"):
            if ref.endswith(ending) and ref != "Function.prototype.call":
                ref = ref.removesuffix(ending)
                given = given[1:]
        head, _, method = ref.rpartition(".")
        if ref == "require":
            self._required(node, given, function)
        elif ref in _EVALUATE:
            self._evaluated(node, ref, given)
        elif head == "child_process" and method in _RUN:
            self._run(node, method, given, function)
        elif ref in ("Bun.spawn", "Bun.spawnSync", "Deno.run", "Deno.Command") or ref.startswith(
            "shelljs.exec"
        ):
            self._run(node, "spawn" if "Bun" in ref or "Deno" in ref else "exec", given, function)
        elif ref in ("process.binding", "process.dlopen", "process._linkedBinding"):
            name = self.value(given[0]).known if given else None
            self.use("native", node)
            if name in ("spawn_sync", "process_wrap"):
                self.use("processes", node)
                self.say(
                    Kind.OBFUSCATED, node, f"starts programs behind child_process: process.binding({name!r})"
                )
        elif head == "fs":
            self._file(node, method, given)
        elif ref in ("rimraf", "rimraf.sync", "del", "del.sync"):
            self._file(node, "rm", given)
        elif (
            ref in ("setTimeout", "setInterval")
            and given
            and given[0].type not in ("arrow_function", "function_expression")
        ):
            first = self.value(given[0])
            if first.marks & {values.DECODED, values.FETCHED} and first.ref is None:
                self._evaluated(node, ref, given)
        elif self._network(ref):
            self._talked(node, ref, given)
        elif ref.startswith("?request.") and method in ("write", "end", "send") and given:
            self.use("network", node)
            self._sent(node, None, [self.value(one) for one in given])
        elif ref == "JSON.stringify" and given and self.value(given[0]).ref == "process.env":
            self.use("environment", node)
            self.say(
                Kind.ENVIRONMENT,
                node,
                f"makes a text of the whole environment: {words.shown(self.text(node))}",
            )
        elif ref in ("WebAssembly.instantiate", "WebAssembly.Module", "WebAssembly.compile"):
            self.use("native", node)

    def _required(self, node: Node, given: list[Node], function: Value) -> None:
        if not given:
            return
        name = self.value(given[0])
        plain = (name.known or "").removeprefix("node:")
        if plain:
            self._module(name.known or "", node)
        if plain and (values.DECODED in name.marks or (plain in _MODULES and values.PIECED in name.marks)):
            how = "in an encoding" if values.DECODED in name.marks else "in pieces"
            self.say(Kind.OBFUSCATED, node, f"names the module {plain} {how}: {words.shown(self.text(node))}")
        elif name.known is None and values.DECODED in name.marks:
            self.say(
                Kind.OBFUSCATED, node, f"loads a module whose name it decodes: {words.shown(self.text(node))}"
            )
        elif name.known is None and values.FETCHED in name.marks:
            self.say(
                Kind.EVALUATES_FETCHED, node, f"loads what it downloaded: {words.shown(self.text(node))}"
            )

    def _evaluated(self, node: Node, ref: str, given: list[Node]) -> None:
        """Code that is made of a text."""
        if not given:
            return
        arguments = [self.value(one) for one in given]
        at = -1 if ref == "Function" else 0
        code = arguments[at]
        if ref == "vm.compileFunction":
            code = arguments[0]
        self.use("evaluation", node)
        shown = words.shown(self.text(node))
        if (
            ref == "Function"
            and len(arguments) == 1
            and re.fullmatch(r"\s*return (?:this|\(?typeof \w+.*)\)?;?\s*", code.known or "")
        ):
            return
        if values.FETCHED in code.marks:
            self.say(Kind.EVALUATES_FETCHED, node, f"evaluates what it downloads: {shown}")
        elif values.DECODED in code.marks:
            self.say(Kind.DECODES, node, f"evaluates what it decodes: {shown}")
        elif code.known is None:
            self.say(Kind.EVALUATES, node, f"evaluates a text: {shown}")
        if code.known and self.again > 0 and len(code.known) < _AGAIN:
            self._again(code.known, node)

    def _again(self, code: str, node: Node) -> None:
        """Reads a text that the text evaluates."""
        left = self.until - time.thread_time()
        if left <= 0:
            raise _TooLong
        inner = read(code.encode("utf-8", "replace"), self.path, left, self.again - 1)
        line = node.start_point[0] + 1
        for deed in inner.deeds:
            self.deeds.setdefault(deed._replace(line=line, what=f"in a text that it evaluates: {deed.what}"))
        self.needs.update(dict.fromkeys(inner.needs))
        self.starts.update(dict.fromkeys(inner.starts))
        self.hosts.update(dict.fromkeys(inner.hosts))
        for name, _ in inner.used:
            self.used.setdefault(name, line)

    def _run(self, node: Node, method: str, given: list[Node], function: Value) -> None:
        """A program that is started."""
        self.use("processes", node)
        arguments = [self.value(one) for one in given]
        first = arguments[0] if arguments else UNKNOWN
        line = node.start_point[0] + 1
        shown = words.shown(self.text(node))
        marks = frozenset().union(*(one.marks for one in arguments[:2]))
        if function.marks & {values.DECODED, values.PIECED}:
            self.say(Kind.OBFUSCATED, node, f"spells the name of what it calls in pieces: {shown}")
        if values.FETCHED in first.marks:
            self.say(Kind.OPENS_SHELL, node, f"runs commands that it gets over the network: {shown}")
        options = next((one.props for one in reversed(arguments) if one.props is not None), None) or {}
        self._options(node, options, shown)
        if first.items is not None:  # Bun.spawn(["a", "b"])
            arguments = [first.items[0] if first.items else UNKNOWN, Value(items=first.items[1:])]
            first = arguments[0]
        items = next((one.items for one in arguments[1:2] if one.items is not None), None)
        if first.text is None or HOLE in first.text:
            self._handed_over(node, items or (), line)
        if first.text is None:
            self.runs_unknown = self.runs_unknown or line
            if values.DECODED in marks:
                self.say(Kind.DECODES, node, f"runs a command that it decodes: {shown}")
            else:
                self.say(Kind.PROCESS, node, f"starts a program: {shown}")
            return
        if values.DECODED in first.marks:
            self.say(Kind.DECODES, node, f"runs a command that it decodes: {words.shown(first.text)}")
        if method == "fork":
            self._started(first.text, "node", line)
            return
        text = first.text
        if not method.startswith("exec") or method.startswith("execFile"):
            text = " ".join(
                _quoted(part) for part in (text, *(HOLE if i.text is None else i.text for i in items or ()))
            )
            if (_SHELL.match(first.text.strip()) and not items and len(arguments) < 2) or (
                _SHELL.match(first.text) and items == ()
            ):
                self.shell_line = line
        if text.startswith(HOLE):
            self.runs_unknown = self.runs_unknown or line
        if text.partition(" ")[0].startswith(("/tmp", "~", "%")):  # noqa: S108
            self.runs_unknown = self.runs_unknown or line
        found = script.read(text, self.path, None, line)
        for deed in found.deeds:
            self.deeds.setdefault(deed)
        for start in found.starts:
            self.starts.setdefault(start)
        for code, _ in found.code:
            if self.again > 0 and HOLE not in code:
                self._again(code, node)
        self.hosts.update(dict.fromkeys(found.hosts))
        if found.network:
            self.use("network", node)

    def _handed_over(self, node: Node, items: tuple[Value, ...], line: int) -> None:
        """A program that is named at run time, and the scripts that it is told to run."""
        for item in items:
            if item.text and item.text.startswith(".") and item.text.endswith(script.SCRIPT_FILES):
                path = posixpath.normpath(item.text)
                self.say(Kind.RUNTIME, node, f"has a program that it names at run time run {path}")
                self.starts.setdefault(script.Start(path, "bun", line))

    def _options(self, node: Node, options: Any, shown: str) -> None:
        detached = options.get("detached")
        ignored = options.get("stdio")
        silent = ignored is not None and (
            ignored.known == "ignore" or any(i.known == "ignore" for i in ignored.items or ())
        )
        if detached is not None and silent:
            self.say(
                Kind.HIDES, node, f"starts a program that goes on by itself, its output ignored: {shown}"
            )

    def _started(self, text: str, by: str, line: int) -> None:
        if HOLE not in text and not text.startswith(("/", "~", "%", "$")):
            self.starts.setdefault(script.Start(posixpath.normpath(text), by, line))

    def _file(self, node: Node, method: str, given: list[Node]) -> None:
        """A file that is read, written or removed."""
        arguments = [self.value(one) for one in given[:3]]
        first = arguments[0] if arguments else UNKNOWN
        text = first.text or ""
        shown = words.shown(self.text(node))
        base = method.removesuffix("Sync")
        if method in _WRITE:
            self.use("writes", node)
            self.writes = self.writes or node.start_point[0] + 1
            target = first
            if base in ("copyFile", "rename", "cp", "symlink", "move", "copy") and len(arguments) > 1:
                target = arguments[1]
            if len(arguments) > 1 and values.DECODED in arguments[1].marks:
                self.wrote_decoded = node.start_point[0] + 1
            if len(arguments) > 1 and values.INFLATED in arguments[1].marks:
                self.wrote_inflated = node.start_point[0] + 1
            where = target.text or ""
            self.written.add(posixpath.normpath(where))
            if _OTHERS.match(where):
                self.say(Kind.OTHERS, node, f"writes to another package, {words.shown(where)}: {shown}")
            elif _OUTSIDE.match(where) or _beyond(where):
                self.say(Kind.OUTSIDE, node, f"writes to {words.shown(where)}: {shown}")
            elif where.startswith(".") and posixpath.normpath(where) == "package.json":
                self.say(Kind.HIDES, node, f"changes its own package.json: {shown}")
        elif method in _REMOVE:
            self.use("writes", node)
            if re.fullmatch(r"(?:~|/|%USERPROFILE%|/home|/Users)[/\\*]*", text):
                self.say(Kind.DESTROYS, node, f"removes the home folder: {shown}")
            elif text and text == f"./{self.path}":
                self.say(Kind.HIDES, node, f"removes itself: {shown}")
        elif method in _READ or base.startswith("read"):
            self.use("reads", node)
        elif base in ("chmod", "fchmod"):
            self.use("writes", node)
            self.marks_executable = self.marks_executable or node.start_point[0] + 1
            self.written.add(posixpath.normpath(text))

    def _talked(self, node: Node, ref: str, given: list[Node]) -> None:
        """Something that goes over the network."""
        self.use("network", node)
        if ref in NETWORK and "." not in ref and node.type != "call_expression" and ref not in ("axios",):
            return
        arguments = [self.value(one) for one in given[:4]]
        first = arguments[0] if arguments else UNKNOWN
        method = ref.rpartition(".")[2]
        options: dict[str, Value] = {}
        for one in arguments:
            options.update(one.props or {})
        if ref.startswith(("dns.", "dns/promises.")):
            if first.text is not None and HOLE in first.text and "." in first.text.rpartition(HOLE)[2]:
                self.say(
                    Kind.IDENTITY if values.IDENTITY in first.marks else Kind.SENDS,
                    node,
                    f"asks DNS for names that it makes of data: {words.shown(first.text)}",
                )
            return
        host, local = self._host(first, options)
        for value in (first, *options.values()):
            self._hidden_address(node, value)
        verb = (options["method"].known or "").upper() if "method" in options else ""
        posts = (
            verb in _POSTS
            or method in ("post", "put", "patch", "sendBeacon")
            or bool({"body", "data", "form", "formData"} & set(options))
        )
        if (
            ref.endswith((".get", ".request"))
            or ref in ("fetch", "axios", "got", "request", "WebSocket", "needle")
            or posts
            or host
        ):
            if host and not local:
                self.hosts.setdefault(host)
            if local:
                return
            if posts or self._telling(arguments):
                self._sent(node, host, arguments)
            elif host:
                what = "a raw address" if _ADDRESS.match(host) else host
                self.say(Kind.FETCHES, node, f"asks {what}: {words.shown(self.text(node))}")
            elif not ref.startswith(("net.", "tls.")):
                self.say(Kind.FETCHES, node, f"uses the network: {words.shown(self.text(node))}")
        if "rejectUnauthorized" in options and self.text_of_option(given, "rejectUnauthorized") == "false":
            self.say(Kind.UNTRUSTS, node, "turns the checking of certificates off: rejectUnauthorized: false")

    def text_of_option(self, given: list[Node], name: str) -> str:
        """How an option is written."""
        for one in given:
            for child in one.named_children if one.type == "object" else ():
                key, inner = child.child_by_field_name("key"), child.child_by_field_name("value")
                if key is not None and inner is not None and self.text(key) == name:
                    return self.text(inner)
        return ""

    def _host(self, first: Value, options: dict[str, Value]) -> tuple[str | None, bool]:
        """The host that is asked, and whether it is this machine."""
        text = first.text or ""
        found = script.hosts(text)
        host = found[0] if found else None
        for name in ("host", "hostname", "url", "uri", "baseURL"):
            if host is None and name in options and options[name].text:
                given = options[name].text or ""
                host = next(iter(script.hosts(given) or ([] if "/" in given else [given.lower()])), None)
        if host is not None and HOLE in host:
            host = host.rpartition(HOLE)[2].lstrip(".") or None
        return host, host is not None and bool(_LOCAL.match(host))

    def _hidden_address(self, node: Node, value: Value) -> None:
        if (
            values.DECODED in value.marks
            and value.known
            and re.match(r"(?:https?|wss?)://|^[\w.-]+\.\w{2,}$", value.known)
        ):
            self.say(Kind.OBFUSCATED, node, f"hides an address in an encoding: {words.shown(value.known)}")

    def _telling(self, arguments: list[Value]) -> frozenset[str]:
        found: frozenset[str] = frozenset()
        for one in arguments:
            found |= one.all_marks
        return found & {values.ENVIRONMENT, values.KEYS, values.IDENTITY}

    def _sent(self, node: Node, host: str | None, arguments: list[Value]) -> None:
        telling = self._telling(arguments)
        to = f" to {host}" if host else ""
        shown = words.shown(self.text(node))
        if values.ENVIRONMENT in telling:
            self.say(Kind.ENVIRONMENT, node, f"sends the whole environment{to}: {shown}")
        if values.KEYS in telling:
            self.say(Kind.CREDENTIALS, node, f"sends keys or tokens{to}: {shown}")
            self.say(Kind.SENDS, node, f"sends data{to}: {shown}")
        elif values.IDENTITY in telling:
            self.say(Kind.IDENTITY, node, f"sends the names of user or machine{to}: {shown}")
        else:
            self.say(Kind.SENDS, node, f"sends data{to}: {shown}")

    def _assigned(self, node: Node) -> None:
        left = node.child_by_field_name("left")
        if left is None or left.type not in ("member_expression", "subscript_expression"):
            return
        text = self.text(left)
        if "NODE_TLS_REJECT_UNAUTHORIZED" in text:
            value = self.text(node.child_by_field_name("right") or left).strip("'\"`")
            if value in ("0", "false"):
                self.say(
                    Kind.UNTRUSTS,
                    node,
                    f"turns the checking of certificates off: {words.shown(self.text(node))}",
                )

    # the text as a whole

    def _written_out(self) -> None:
        """The telling words, where they do not stand in a comment."""
        comments = [(n.start_byte, n.end_byte) for n in self.captures.get("comment", ())]
        starts = [start for start, _ in comments]

        def aside(place: int, kind: Kind) -> bool:
            at = bisect_right(starts, place) - 1
            if at >= 0 and place < comments[at][1]:
                return True
            # what is run was seen, but for what is put together at run time
            return kind in COMMANDS and (not self.runs_unknown or self._message(place))

        told(self.data, self.path, aside, self.deeds)

    def _message(self, place: int, named: bool = False) -> bool:
        """Does a text only tell a person something: on the console, in an error?

        Also where it has a name, and only such places name it (`named`: it is such a place).
        """
        node = self.root.descendant_for_byte_range(place, place + 1)
        for _ in range(12):
            if node is None:
                return False
            if node.type in ("call_expression", "new_expression"):
                head = self.data[node.start_byte : node.start_byte + 60]
                if _MESSAGE.match(head):
                    return True
            if node.type == "throw_statement":
                return True
            if node.type == "variable_declarator" and not named:
                name = node.child_by_field_name("name")
                if name is None or name.type != "identifier":
                    return False
                word = re.compile(rb"(?<![\w$.])%s(?![\w$])" % re.escape(self.text(name).encode()))
                uses = [m.start() for m in word.finditer(self.data) if m.start() != name.start_byte]
                return 0 < len(uses) < 20 and all(self._message(use, True) for use in uses)
            node = node.parent
        return False

    def _together(self) -> None:
        """What several calls come to together."""
        network = "network" in self.used
        if (
            self.shell_line
            and network
            and re.search(rb"\.pipe\(", self.data)
            and re.search(rb"\bnet\b|\btls\b|Socket", self.data)
        ):
            self.deeds.setdefault(
                Deed(
                    Kind.OPENS_SHELL,
                    self.path,
                    self.shell_line,
                    "joins a shell to a connection over the network",
                )
            )
        own = next((start.line for start in self.starts if start.path in self.written), 0)
        self.runs_unknown = self.runs_unknown or own
        if network and self.runs_unknown and (self.writes or self.marks_executable):
            self.deeds.setdefault(
                Deed(
                    Kind.RUNS_FETCHED,
                    self.path,
                    self.runs_unknown,
                    "downloads a file, and starts a program that the package does not hold",
                )
            )
        hidden = any(deed.kind is Kind.HIDES for deed in self.deeds)
        if self.wrote_inflated and hidden and "processes" in self.used:
            self.wrote_decoded = self.wrote_decoded or self.wrote_inflated
        if self.wrote_decoded and (own or hidden) and "processes" in self.used:
            what = "writes what it unpacks into a file, and starts a program"
            self.deeds.setdefault(Deed(Kind.DECODES, self.path, self.wrote_decoded, what))


def merged_bounds(tree: _Tree, bounds: list[_Bound]) -> Value:
    """What a name is worth that was given these."""
    found = []
    for bound in bounds:
        value = bound.value if bound.value is not None else tree.value(bound.node)
        for step in bound.way:
            if isinstance(step, int):
                value = (
                    value.items[step]
                    if value.items is not None and step < len(value.items)
                    else Value(marks=value.marks)
                )
            else:
                value = tree._member(value, step)
        found.append(value)
    value = values.merged(found)
    return value._replace(text=None) if any(bound.adds for bound in bounds) else value


def told(data: bytes, path: str, aside: Callable[[int, Kind], bool], deeds: dict[Deed, None]) -> None:
    """Adds the telling words of a text to its deeds, and the tokens that it reads from the environment.

    `aside` tells of a place, and what a word there would tell, whether it is nothing that is done.
    """
    seen: set[int] = set()
    for word, start, end in words.found(data, 8, survey.telling(survey.look(data))):
        if id(word) in seen or aside(start, word.kind):
            continue
        seen.add(id(word))
        deeds.setdefault(
            Deed(word.kind, path, data.count(b"\n", 0, start) + 1, words.told(word, data, start, end))
        )
    names: dict[str, int] = {}
    for match in _TOKEN.finditer(data):
        name = match[1].decode()
        if words.TOKEN.match(name) and name not in names and not aside(match.start(), Kind.TOKENS):
            names[name] = data.count(b"\n", 0, match.start()) + 1
    for name, line in names.items():
        deeds.setdefault(Deed(Kind.TOKENS, path, line, f"reads {name} from the environment"))


def _characters(items: tuple[Value, ...]) -> Value:
    """The text that character codes make."""
    text = []
    for one in items:
        number = one.known
        if number is None or not re.fullmatch(r"0x[0-9a-fA-F]{1,6}|\d{1,7}", number):
            return Value(marks=frozenset((values.DECODED,)))
        code = int(number, 16) if number.startswith("0x") else int(number)
        text.append(chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd")
    return Value("".join(text), marks=frozenset((values.DECODED,)) if len(text) > 3 else frozenset())


def _path(parts: list[Value]) -> Value:
    marks: frozenset[str] = frozenset().union(*(part.marks for part in parts)) if parts else frozenset()
    text = ""
    for part in parts:
        piece = HOLE if part.text is None else part.text
        if piece.startswith(("/", "~", "%", "$")) or not text:
            text = piece
        elif piece:
            text = f"{text}/{piece}"
    if not text or not text.strip(f"{HOLE}/"):
        return Value(marks=marks)
    leading = "./" if text.startswith(".") and not text.startswith("..") else ""
    normal = posixpath.normpath(text)
    return Value(
        normal if normal.startswith(("..", "/", "~")) or not leading else leading + normal, marks=marks
    )


def _beyond(path: str) -> bool:
    """Does a path lead out of the package?"""
    return path.startswith(("./", "../")) and posixpath.normpath(path).startswith("..")


def _quoted(word: str) -> str:
    return word if re.fullmatch(r"[\w@%+=:,./~…\\-]+", word) else "'" + word.replace("'", "'\\''") + "'"


def local(path: str, name: str, files: Callable[[str], bool]) -> str | None:
    """The file of the package that a relative name in the file at `path` means, as node finds it, or None."""
    target = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
    if target.startswith(".."):
        return None
    stem = "" if target == "." else target
    endings = ("", ".js", ".cjs", ".mjs", ".json", ".node", ".ts", "/index.js", "/index.cjs", "/index.mjs")
    for ending in endings:
        if (found := (stem + ending).lstrip("/")) and files(found):
            return found
    return None
