import pytest
from support.imitations import IMITATIONS, Imitation

from npmguard.code import javascript
from npmguard.code.package import examine
from npmguard.model import CodeFacts, Severity
from npmguard.rules.suspicious_script import judged


def facts(imitation: Imitation) -> CodeFacts:
    files = (
        (path, data.encode() if isinstance(data, str) else data) for path, data in imitation.files.items()
    )
    return examine(files, {"scripts": imitation.scripts})


@pytest.mark.parametrize("name", IMITATIONS)
def test_the_shapes_of_attacks_are_seen(name: str) -> None:
    imitation = IMITATIONS[name]
    found = judged(facts(imitation))
    least = Severity.parse(imitation.least)
    assert least is not None
    assert max(severity for severity, _, _ in found) >= least
    assert any(imitation.says in title for _, title, _ in found)


# What is not written out, but follows from what is called on what, takes a parser.
NEEDS_PARSER = {
    "axios-2026",
    "eslint-config-prettier-2025",
    "fallguys-2020",
    "dependency-confusion-2021",
    "event-stream-2018",
    "node-ipc-2022",
    "openapi-codegen-2026",
    "jscrambler-2026",
    "asyncapi-2026",
    "redhat-miasma-2026",
    "velora-2026",
}


@pytest.mark.parametrize("name", sorted(set(IMITATIONS) - NEEDS_PARSER))
def test_most_are_seen_without_a_parser(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(javascript, "_tools", lambda: None)
    seen = facts(IMITATIONS[name])
    assert not seen.parsed
    assert max((severity for severity, _, _ in judged(seen)), default=Severity.INFO) >= Severity.MODERATE


def test_a_detail_holds_nothing_that_a_terminal_obeys() -> None:
    for imitation in IMITATIONS.values():
        for _, title, detail in judged(facts(imitation)):
            assert (title + detail).isprintable()
