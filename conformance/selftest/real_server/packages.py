"""Finds Node and npm, and installs the packages of package.json once, outside the source tree."""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

SOURCES = Path(__file__).parent
INSTALL_SECONDS = 300


class RealServerError(Exception):
    """The real server cannot be installed or started here."""


def unavailable() -> str | None:
    """Say why the real server cannot run here; None when it can.

    Raises:
        RealServerError: it cannot, and CONFORMANCE_REQUIRE_NODE=1 demands it.
    """
    try:
        install()
    except RealServerError as error:
        if os.environ.get("CONFORMANCE_REQUIRE_NODE") == "1":
            raise
        return str(error)
    return None


def find(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise RealServerError(f"{program} is not installed")
    return found


@functools.cache
def install() -> Path:
    """Install the packages once, outside the source tree, and give the folder `node_modules`."""
    probe = "process.exit(URL.parse && require('node:crypto').hash ? 0 : 1)"
    if subprocess.run([find("node"), "-e", probe], check=False).returncode:
        raise RealServerError(
            "this Node lacks URL.parse or crypto.hash, which oidc-provider needs; 22 has them"
        )
    manifest = (SOURCES / "package.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "psd2-conformance"
    folder = cache / f"real-server-{hashlib.sha256(manifest).hexdigest()[:12]}"
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        _install_into(folder, manifest)
    return folder / "node_modules"


def _install_into(folder: Path, manifest: bytes) -> None:
    """Install beside the final place and rename, so that a broken or parallel installation does no harm."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        scratch = Path(name) / "packages"
        scratch.mkdir()
        (scratch / "package.json").write_bytes(manifest)
        options = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
        try:
            subprocess.run(
                [find("npm"), "install", *options],
                cwd=scratch,
                check=True,
                capture_output=True,
                text=True,
                timeout=INSTALL_SECONDS,
            )
        except subprocess.CalledProcessError as error:
            raise RealServerError(f"npm install failed: {error.stderr.strip()[-500:]}") from None
        except subprocess.TimeoutExpired:
            raise RealServerError(f"npm install took longer than {INSTALL_SECONDS} s") from None
        try:
            scratch.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
