"""Every detector of the catalogue finds its own secrets, and keeps quiet about what only looks like one."""

from __future__ import annotations

import importlib
import re
import re._parser as parser  # type: ignore[import-not-found]

import pytest
from support.fakes import Examples, filled

from npmguard.secrets import scan
from npmguard.secrets.detectors import MODULES, catalogue

EXAMPLES: dict[str, Examples] = {
    name: examples
    for module in MODULES
    for name, examples in importlib.import_module(f"secret_examples.{module}").EXAMPLES.items()
}
SEEDS = range(3)


def test_every_detector_has_examples_of_both_kinds() -> None:
    ids = [detector.id for detector in catalogue()]
    assert len(ids) == len(set(ids))
    assert set(EXAMPLES) == set(ids)
    assert [name for name, examples in EXAMPLES.items() if not all(examples)] == []


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_it_finds_what_it_is_for(name: str) -> None:
    path = EXAMPLES[name].path
    for template in EXAMPLES[name].positive:
        for seed in SEEDS:
            text = filled(template, seed)
            secret = text[text.index("«") + 1 : text.index("»")]
            data = text.replace("«", "").replace("»", "").encode()
            found = [m for m in scan(data, path) if data[m.start : m.end] == secret.encode()]
            assert [m.detector for m in found] == [name], (text, scan(data, path))


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_it_keeps_quiet_about_what_only_looks_like_one(name: str) -> None:
    for template in EXAMPLES[name].negative:
        for seed in SEEDS:
            data = filled(template, seed).encode()
            assert scan(data, EXAMPLES[name].path) == [], data


def test_every_pattern_is_one_that_both_engines_read_alike() -> None:
    for detector in catalogue():
        assert not re.search(r"\(\?[=!<]|\\[1-9]|\(\?P=", detector.pattern.replace("(?P<secret>", "(")), (
            detector.id
        )
        least, most = parser.parse(detector.pattern).getwidth()
        assert least >= 4, detector.id
        assert most < 20_000, detector.id
        assert detector.keywords, detector.id
        assert all(keyword == keyword.lower() and len(keyword) >= 3 for keyword in detector.keywords), (
            detector.id
        )
