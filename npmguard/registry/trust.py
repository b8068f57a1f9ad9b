"""Which certificates to believe in."""

from __future__ import annotations

import os
import ssl
from contextlib import suppress

from npmguard.project.npmrc import NpmConfig


def context(config: NpmConfig) -> ssl.SSLContext:
    """The system's certificates, and those that npm's settings and NODE_EXTRA_CA_CERTS add.

    `cafile` and `ca` come from the user's own settings alone, as does `strict-ssl=false`, which npm takes
    for no checks at all.
    """
    found = ssl.create_default_context()
    if not os.environ.get("SSL_CERT_FILE") and not found.cert_store_stats()["x509_ca"]:
        # a Python without certificates of its own: those that come with httpx
        import certifi

        found.load_verify_locations(cafile=certifi.where())
    for path in (config.get("cafile"), os.environ.get("NODE_EXTRA_CA_CERTS")):
        if path and os.path.isfile(path):
            with suppress(ssl.SSLError, OSError):
                found.load_verify_locations(cafile=path)
    inline = config.get("ca")
    if inline and "BEGIN CERTIFICATE" in inline:
        with suppress(ssl.SSLError):
            found.load_verify_locations(cadata=inline.replace("\\n", "\n"))
    if config.get("strict-ssl") == "false":
        found.check_hostname = False
        found.verify_mode = ssl.CERT_NONE
    return found
