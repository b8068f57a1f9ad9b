"""OSV records and dumps of them, made up."""

from __future__ import annotations

import json
import time
import zipfile
from pathlib import Path
from typing import Any

DAY = 86_400.0


def record(
    name: str = "a", id: str = "GHSA-aaaa-bbbb-cccc", age: float = 1.0, **fields: Any
) -> dict[str, Any]:
    """A record about all versions below 1.0.0 of a package, changed `age` days ago."""
    return {
        "id": id,
        "modified": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - age * DAY)),
        "summary": f"Something is wrong with {name}",
        "affected": [
            {
                "package": {"ecosystem": "npm", "name": name},
                "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.0.0"}]}],
            }
        ],
        "database_specific": {"severity": "HIGH"},
        **fields,
    }


def dump(path: Path, *records: object) -> str:
    """A zip such as OSV has for an ecosystem; what is no record is written as it stands."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for number, one in enumerate(records):
            name = f"{one['id']}.json" if isinstance(one, dict) else f"{number}.json"
            file.writestr(name, one if isinstance(one, (str, bytes)) else json.dumps(one))
    return str(path)
