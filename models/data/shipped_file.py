"""The data that come with the playground are read only if they are the ones that were shipped, to the last bit."""

from __future__ import annotations

import hashlib
from importlib.resources import files

from models.errors import DataError


def shipped_file(folder: str, name: str, sha256: str) -> bytes:
    """The content of `resources/folder/name`; raises DataError when it is missing or its SHA-256 is another one."""
    try:
        content = files("resources").joinpath(folder, name).read_bytes()
    except OSError as error:
        raise DataError(f"resources/{folder}/{name} is missing: install the playground again.") from error
    if digest_of(content) != sha256:
        raise DataError(f"resources/{folder}/{name} is not the file that was shipped: install the playground again.")
    return content


def digest_of(content: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
