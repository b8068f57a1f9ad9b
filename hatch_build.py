"""Notes the default registry while building, so that no run has to import the library that knows it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_TEXT = '''"""Written while building, from packageurl.contrib: see npmguard.origins."""

DEFAULT_REGISTRY = {!r}
OTHER_HOSTS = {!r}
'''


class DefaultRegistry(BuildHookInterface[Any]):
    """Writes npmguard/_default_registry.py."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        from packageurl.contrib.purl2url import get_download_url
        from packageurl.contrib.url2purl import purl_router

        url: str = get_download_url("pkg:npm/a@1")  # type: ignore[no-untyped-call]
        rules = purl_router.route_map.values()
        routes = [rule.pattern for rule in rules if rule.endpoint.__name__ == "build_npm_purl"]
        plain = (re.fullmatch(r"https\?://([a-z0-9.-]+)/\.\*", route) for route in routes)
        others = tuple(sorted(match[1] for match in plain if match is not None))
        path = Path(self.root, "npmguard", "_default_registry.py")
        path.write_text(_TEXT.format("/".join(url.split("/")[:3]) + "/", others))
