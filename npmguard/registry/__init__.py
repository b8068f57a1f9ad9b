"""The registry: packuments, manifests, and the advisories of its bulk endpoint.

`fetch` answers what rules need to know. Whatever is still good in the cache on disk costs no request, and
then neither asyncio nor an HTTP library is even imported.
"""

from npmguard.registry.client import Answers, Stats, fetch, remember

__all__ = ["Answers", "Stats", "fetch", "remember"]
