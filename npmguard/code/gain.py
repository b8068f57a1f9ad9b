"""What the code of a release does that the release before it did not."""

from __future__ import annotations

import re

from npmguard.model.code import CodeFacts, Gain, Kind

# A host that somebody can be sent to: no template, and not the machine itself.
_HOST = re.compile(r"(?!127\.|0\.0\.0\.0$)[a-z0-9_-]+(?:\.[a-z0-9_-]+)+|\[[0-9a-f:]+\](?<!\[::1\])")


def compared(old: CodeFacts, new: CodeFacts) -> Gain:
    """What a release does that the release before it did not.

    Deeds are the same where their kind and their evidence are, wherever they stand; a bulky file is new
    where there was none of its path, or one of another kind, or one a third as large.
    """
    before = set(old.capabilities.names)
    known = {(deed.kind, deed.what) for deed in (*old.installs, *old.imports)}
    sizes = {bulk.path: bulk for bulk in old.bulky}
    # obfuscators number anew at every build
    kinds = {(deed.kind, _stem(deed.path)) for deed in (*old.installs, *old.imports)}
    return Gain(
        tuple(
            (name, getattr(new.capabilities, name)[0])
            for name in new.capabilities.names
            if name not in before
        ),
        tuple(host for host in new.hosts if host not in old.hosts and _HOST.fullmatch(host)),
        tuple(
            deed
            for deed in (*new.installs, *new.imports)
            if (deed.kind, deed.what) not in known
            and not (deed.kind is Kind.OBFUSCATED and (deed.kind, _stem(deed.path)) in kinds)
        ),
        tuple(
            bulk
            for bulk in new.bulky
            if (was := sizes.get(bulk.path)) is None or was.kind != bulk.kind or was.size * 3 < bulk.size
        ),
    )


def _stem(path: str) -> str:
    """A path without the hash that builds put into it."""
    return re.sub(r"[-.][0-9A-Za-z_]{8,}(?=\.\w+$)", "", path)
