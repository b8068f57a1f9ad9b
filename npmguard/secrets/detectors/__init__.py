"""The catalogue: which secrets npmguard knows, a module for each trade, each with its `DETECTORS`.

To add a detector is to add it to one of these modules, with its examples in `tests/secret_examples`.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

from npmguard.secrets.shape import Detector

# What is said of a text by several is said by the first: the exact before the general.
MODULES = (
    "code_hosts",
    "package_registries",
    "azure",
    "clouds",
    "hosting",
    "infrastructure",
    "data_platforms",
    "pipelines",
    "monitoring",
    "ai",
    "messaging",
    "mail",
    "payments",
    "collaboration",
    "social",
    "data",
    "keys",
    "connections",
    "tokens",
    "generic",
)


@cache
def catalogue() -> tuple[Detector, ...]:
    """All detectors, the exact before the general."""
    return tuple(
        detector
        for name in MODULES
        for detector in import_module(f"npmguard.secrets.detectors.{name}").DETECTORS
    )
