"""How answers of several rounds are put together."""

from npmguard.evidence import _joined
from npmguard.model import Missing, Packument, Unanswered, VersionFacts

FIRST = Packument("a", {"latest": "2.0.0"}, {"2.0.0": VersionFacts("2.0.0", "sha512-x")}, ("1.0.0", "2.0.0"))
SECOND = Packument("a", {"latest": "2.0.0"}, {"1.0.0": VersionFacts("1.0.0", "sha512-y")}, None)


def test_what_is_learnt_of_further_versions_is_added() -> None:
    both = _joined({"a": FIRST, "b": Missing("b")}, {"a": SECOND, "c": Missing("c")})
    assert both == {
        "a": FIRST._replace(versions={**FIRST.versions, **SECOND.versions}),
        "b": Missing("b"),
        "c": Missing("c"),
    }


def test_silence_takes_nothing_away() -> None:
    assert _joined({"a": FIRST}, {"a": Unanswered("a", "503")}) == {"a": FIRST}
    assert _joined({"a": Unanswered("a", "503")}, {"a": SECOND}) == {"a": SECOND}
