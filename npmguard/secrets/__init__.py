"""Secrets in texts: what they look like, where they stand, how sure that is."""

from npmguard.secrets.engine import scan
from npmguard.secrets.shape import Detector, Match

__all__ = ["Detector", "Match", "scan"]
