"""What only looks like a secret: placeholders, examples, hashes."""

from __future__ import annotations

from npmguard.secrets.shape import Candidate


def placeholder(candidate: Candidate) -> bool:
    """Does the text stand for a secret rather than being one?"""
    secret = candidate.secret
    return max(map(secret.count, set(secret))) * 2 > len(secret) or b"example" in secret.lower()
