"""What the engine makes of candidates: one finding for the same bytes, and never the secret itself."""

import re
from collections.abc import Callable

import pytest
from support.fakes import filled
from support.searchers import engines

from npmguard.secrets import scan
from npmguard.secrets.confirming import MOST
from npmguard.secrets.engine import Engine
from npmguard.secrets.shape import Candidate, Detector, Match, redacted

TOKEN = filled("{alnum:20}")


def detector(
    name: str,
    pattern: str,
    confidence: str = "high",
    checks: tuple[Callable[[Candidate], bool | None], ...] = (),
    before: str = "A-Za-z0-9_",
    after: str = "A-Za-z0-9_",
) -> Detector:
    return Detector(name, "Issuer", "token", pattern, ("abc",), confidence, checks, before, after)


@pytest.fixture(params=["hyperscan", "plain"])
def made(request: pytest.FixtureRequest) -> Callable[..., Engine]:
    """Makes an engine of detectors."""

    def make(*detectors: Detector) -> Engine:
        found = engines(detectors)
        if request.param not in found:
            pytest.skip("hyperscan is not installed")
        return found[request.param]

    return make


def shown(found: list[Match]) -> list[tuple[str, int, int]]:
    return [(match.detector, match.start, match.end) for match in found]


def test_a_match_tells_where_the_secret_stands_and_no_more_than_its_beginning() -> None:
    secret = filled("ghp_{alnum:30}{crc}")
    (match,) = scan(f'const token = "{secret}";'.encode(), "lib/a.js")
    assert match == Match(
        "github-personal-token",
        "GitHub",
        "personal access token",
        15,
        55,
        "high",
        f"{secret[:4]}… (40 characters)",
        None,
    )


def test_findings_come_in_the_order_of_the_text(made: Callable[..., Engine]) -> None:
    engine = made(detector("first", r"abc_[a-z0-9A-Z]{20}"), detector("second", r"abd_[a-z0-9A-Z]{20}"))
    data = f"abd_{TOKEN} abc_{TOKEN}\nabd_{TOKEN}".encode()
    assert shown(engine.look(data, "a").matches) == [("second", 0, 24), ("first", 25, 49), ("second", 50, 74)]


def test_the_same_bytes_are_told_once_by_the_earlier_detector(made: Callable[..., Engine]) -> None:
    general = detector("general", r"(?i:token)=(?P<secret>[\w]{10,80})", before="", after="")
    exact = detector("exact", r"abc_[a-z0-9A-Z]{20}")
    data = f"token=abc_{TOKEN}".encode()
    assert shown(made(exact, general).look(data, "a").matches) == [("exact", 6, 30)]
    assert shown(made(general, exact).look(data, "a").matches) == [("general", 6, 30)]


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("low", "high", "exact"),
        ("medium", "high", "exact"),
        ("low", "medium", "general"),
        ("high", "high", "general"),
    ],
)
def test_who_is_sure_goes_before_the_earlier(
    made: Callable[..., Engine], first: str, second: str, told: str
) -> None:
    engine = made(
        detector("general", r"(?i:token)=(?P<secret>[\w]{10,80})", first, before="", after=""),
        detector("exact", r"abc_[a-z0-9A-Z]{20}", second),
    )
    assert shown(engine.look(f"token=abc_{TOKEN}".encode(), "a").matches) == [(told, 6, 30)]


def test_findings_that_overlap_in_part_are_one(made: Callable[..., Engine]) -> None:
    engine = made(
        detector("left", r"abc_[a-z]{8}", before="", after=""),
        detector("right", r"[a-z]{4}_xyz", before="", after=""),
    )
    assert shown(engine.look(b"abc_qwertzui_xyz", "a").matches) == [("left", 0, 12)]


def test_what_is_refused_hides_nothing_that_stands_in_it(made: Callable[..., Engine]) -> None:
    """A telling name within the value of another: the outer is no secret, the inner is."""
    quoted = detector(
        "quoted",
        r"(?i:secret|token)=[\"'](?P<secret>[^\n]{8,60})[\"']",
        checks=(lambda candidate: b"=" not in candidate.secret,),
        before="",
        after="",
    )
    data = b'secret="token=\'q8Zr2LmNw"'
    assert shown(made(quoted).look(data, "a").matches) == [("quoted", 15, 24)]


@pytest.mark.parametrize(
    ("verdicts", "confidence"),
    [((True,), "high"), ((None,), "medium"), ((None, None), "medium"), ((None, False), None), ((), "high")],
)
def test_checks_decide_how_sure_it_is(
    made: Callable[..., Engine], verdicts: tuple[bool | None, ...], confidence: str | None
) -> None:
    checks = tuple((lambda candidate, verdict=verdict: verdict) for verdict in verdicts)
    engine = made(detector("one", r"abc_[a-z0-9A-Z]{20}", checks=checks))
    found = engine.look(f"abc_{TOKEN}".encode(), "a").matches
    assert [match.confidence for match in found] == ([confidence] if confidence else [])


def test_borders_are_seen_beyond_a_window(made: Callable[..., Engine]) -> None:
    engine = made(detector("one", r"abc_[a-z0-9A-Z]{20}"))
    for text, found in (
        (f"abc_{TOKEN}", 1),
        (f"xabc_{TOKEN}", 0),
        (f"abc_{TOKEN}x", 0),
        (f"-abc_{TOKEN}-", 1),
        (f"abc_abc_{TOKEN}", 0),
        (f"abc_{TOKEN} abc_{TOKEN}", 2),
    ):
        assert len(engine.look(text.encode(), "a").matches) == found, text


def test_too_many_candidates_are_cut_and_that_is_told(made: Callable[..., Engine]) -> None:
    calls = 0

    def never(candidate: Candidate) -> bool:
        nonlocal calls
        calls += 1
        return False

    engine = made(
        detector("much", r"abc_[0-9a-z]{8}", checks=(never,)), detector("other", r"abd_[0-9a-zA-Z]{20}")
    )
    data = b"abc_q8zr2lmn " * (MOST + 50) + f"abd_{TOKEN}".encode()
    seen = engine.look(data, "a")
    assert seen.cut == ["much"]
    assert calls == MOST
    assert [match.detector for match in seen.matches] == ["other"]


@pytest.mark.parametrize("nul", [b"\0", b"\0\0\0asm\1"])
def test_in_a_binary_file_only_what_is_sure_counts(made: Callable[..., Engine], nul: bytes) -> None:
    engine = made(
        detector("sure", r"abc_[a-z0-9A-Z]{20}"),
        detector("likely", r"abd_[a-z0-9A-Z]{20}", "medium"),
    )
    text = f" abc_{TOKEN} abd_{TOKEN} ".encode()
    assert [m.detector for m in engine.look(text, "a").matches] == ["sure", "likely"]
    assert [m.detector for m in engine.look(nul + text, "a").matches] == ["sure"]


def test_no_message_holds_the_secret() -> None:
    secret = filled("ghp_{alnum:30}{crc}")
    (match,) = scan(f"token={secret}".encode(), "a")
    pattern = re.compile(secret.encode())
    found = pattern.search(secret.encode())
    assert found
    candidate = Candidate(secret.encode(), 0, 40, secret.encode(), "a", found)
    for text in (repr(match), str(match), repr(candidate), str(candidate), f"{candidate}", f"{[candidate]}"):
        assert secret[4:] not in text
        assert redacted(secret.encode())[:4] in text


def test_no_error_holds_the_secret(made: Callable[..., Engine]) -> None:
    import traceback

    def fails(candidate: Candidate) -> bool:
        raise ValueError(f"not a good one: {candidate}")

    engine = made(detector("one", r"abc_[a-z0-9A-Z]{20}", checks=(fails,)))
    with pytest.raises(ValueError, match="not a good one") as caught:
        engine.look(f"abc_{TOKEN}".encode(), "a")
    assert TOKEN not in "".join(traceback.format_exception(caught.value))
