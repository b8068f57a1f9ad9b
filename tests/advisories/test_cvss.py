import pytest

from npmguard.advisories.cvss import base_score

# Vectors and scores as the GitHub Advisory Database gives them.
KNOWN = {
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H": 7.5,
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H": 10.0,
    "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N": 5.9,
    "CVSS:3.0/AV:N/AC:L/PR:L/UI:R/S:U/C:H/I:H/A:H": 8.0,
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N": 6.1,
    "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N": 6.5,
    "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H": 7.2,
    "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:H/A:H": 7.4,
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L": 5.3,
    "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H": 8.1,
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H": 9.8,
    "CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:N": 8.2,
    "CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:N/I:L/A:N": 2.5,
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:N/I:N/A:H": 7.4,
    "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:L/I:L/A:L": 5.3,
    "CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N": 0.0,
}


@pytest.mark.parametrize(("vector", "score"), KNOWN.items())
def test_known_scores(vector: str, score: float) -> None:
    assert base_score(vector) == score
    assert base_score(vector + "/E:P/RL:O") == score  # what time changes is no part of it


@pytest.mark.parametrize(
    "vector",
    [
        "",
        "7.5",
        "AV:N/AC:L/Au:N/C:N/I:N/A:C",
        "CVSS:4.0/AV:N/AC:L/AT:P",
        "CVSS:3.1/AV:N",
        "CVSS:3.1/AV:Q/AC:L",
    ],
)
def test_other_texts_have_none(vector: str) -> None:
    assert base_score(vector) is None
