"""Tokens of code hosts."""

from __future__ import annotations

from npmguard.secrets.checks import crc32_base62
from npmguard.secrets.shape import Detector

DETECTORS = (
    Detector(
        "github-personal-token",
        "GitHub",
        "personal access token",
        r"ghp_[A-Za-z0-9]{36}",
        ("ghp_",),
        checks=(crc32_base62,),
    ),
)
