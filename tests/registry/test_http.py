"""The HTTP layer alone, with its transport replaced."""

import asyncio

import httpx
import pytest
import respx

from npmguard.project.npmrc import NpmConfig
from npmguard.registry import http
from npmguard.registry.light import Answer

URL = "https://registry.example.test/a"


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "_pause", lambda attempt, answer: 0.0)


def get(config: NpmConfig | None = None, most: int = 1000) -> Answer:
    async def ask() -> Answer:
        async with http.Http(config or NpmConfig({}, {}, {}, [])) as client:
            return await client.get(URL, {"accept": "application/json"}, most)

    return asyncio.run(ask())


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("slow"),
        httpx.ReadTimeout("slow"),
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("nonsense"),
        httpx.ProxyError("no way"),
        httpx.PoolTimeout("full"),
        httpx.DecodingError("not gzip"),
        httpx.UnsupportedProtocol("ftp"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_no_answer_is_a_problem_in_words(error: Exception) -> None:
    with respx.mock:
        respx.get(URL).mock(side_effect=error)
        answer = get()
    assert answer.problem
    assert "registry.example.test" in answer.problem
    assert answer.body == b""


def test_what_passes_is_tried_again() -> None:
    with respx.mock:
        route = respx.get(URL).mock(
            side_effect=[httpx.ReadError("reset"), httpx.Response(503), httpx.Response(200, content=b"{}")]
        )
        answer = get()
    assert (answer.status, answer.body, answer.problem) == (200, b"{}", None)
    assert route.call_count == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 451])
def test_what_will_not_change_is_asked_once(status: int) -> None:
    with respx.mock:
        route = respx.get(URL).mock(return_value=httpx.Response(status))
        assert get().status == status
    assert route.call_count == 1


def test_a_token_goes_to_its_registry_and_to_no_other() -> None:
    secrets = {"//registry.example.test/:_authToken": "made-up", "//files.example.test/:_authToken": "other"}
    with respx.mock:
        route = respx.get(URL).mock(
            return_value=httpx.Response(302, headers={"location": "https://files.example.test/a"})
        )
        further = respx.get("https://files.example.test/a").mock(return_value=httpx.Response(200))
        get(NpmConfig({}, {}, secrets, []))
    assert route.calls[0].request.headers["authorization"] == "Bearer made-up"
    assert "authorization" not in further.calls[0].request.headers


def test_too_long_an_answer_is_none() -> None:
    with respx.mock:
        respx.get(URL).mock(return_value=httpx.Response(200, content=b"x" * 1001))
        answer = get(most=1000)
    assert answer.problem
    assert answer.body == b""
