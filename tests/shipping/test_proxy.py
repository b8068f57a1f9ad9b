"""The cookbook's recipe for a company proxy, with a real Verdaccio before a registry on loopback."""

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support import cookbook
from support.projects import entry, write
from support.server import Server, registry

PROGRAM = shutil.which("verdaccio")
CONFIG = """\
storage: ./storage
uplinks: {up: {url: "%s"}}
packages: {"**": {access: $all, proxy: up}}
log: {type: stdout, format: json, level: error}
"""


@contextmanager
def verdaccio(folder: Path, uplink: str) -> Iterator[str]:
    """A running one; gives its address."""
    assert PROGRAM is not None
    folder.mkdir()
    (folder / "config.yaml").write_text(CONFIG % uplink)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/"
    words = [PROGRAM, "--config", "config.yaml", "--listen", f"127.0.0.1:{port}"]
    running = subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            time.sleep(0.1)
            try:
                urllib.request.urlopen(f"{url}-/ping", timeout=5).close()
                break
            except OSError:
                assert running.poll() is None
        yield url
    finally:
        running.terminate()
        running.wait(20)


def mirrored(server: Server, url: str) -> dict[str, object]:
    """A project whose lockfile was written behind the proxy, so that it names the proxy."""
    server.add("once", "1.4.0")
    return entry("once", "1.4.0", resolved=f"{url}once/-/once-1.4.0.tgz")


@pytest.mark.oracle
@pytest.mark.skipif(PROGRAM is None, reason="verdaccio is not installed")
def test_a_check_behind_verdaccio(here: Path) -> None:
    (block,) = cookbook.blocks("behind verdaccio")
    project = here / "project"
    with registry() as server, verdaccio(here / "verdaccio", server.url) as url:
        write(project, {"dependencies": {"once": "^1.4.0"}}, {"node_modules/once": mirrored(server, url)})
        (project / "osv").mkdir()
        (project / "osv" / "none.json").write_text("[]")
        done = cookbook.run(block.text.replace("http://localhost:4873/", url), project, os.environ)
        assert done.returncode == block.code, done.stdout + done.stderr
        assert done.stdout.count("1 package: nothing found\n") == 2
        assert (project / ".npmrc").read_text() == f"registry={url}\n"
        assert "/once" in server.paths()

        # what the recipe leaves out is what is not to be had there
        done = cookbook.run("npmguard check --format json", project, os.environ)
        assert done.returncode == 3
        gaps = [gap["affects"] for gap in json.loads(done.stdout)["projects"][0]["incomplete"]]
        assert gaps == [["advisory", "malware"], ["signature-invalid"]]
