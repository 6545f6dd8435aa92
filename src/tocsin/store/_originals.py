"""What was received, as received: files named by the SHA-256 of their bytes."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

from tocsin.errors import InputError, WorkspaceError

# Large enough that reading is bound by the disk, small enough to be nothing in memory.
_CHUNK = 1 << 20


def original_path(folder: Path, digest: str) -> Path:
    """Where the original with this digest lies, or would lie."""
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise ValueError(f"not a SHA-256 digest in lower-case hexadecimal: {digest!r}")
    return folder / digest[:2] / digest


def keep_original(source: Path, folder: Path, digest: str) -> None:
    """Copy `source` under its digest, unless it is there already. A half-written copy never gets the name.

    Raises
    ------
    InputError
        If the bytes of `source` no longer have this digest.
    """
    target = original_path(folder, digest)
    if target.exists():
        return
    target.parent.mkdir(mode=0o700, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=".copying-", dir=folder)
    try:
        with open(handle, "wb") as copy, source.open("rb") as original:
            found = hashlib.sha256()
            while chunk := original.read(_CHUNK):
                found.update(chunk)
                copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
        if found.hexdigest() != digest:
            raise InputError(str(source), "changed while it was being read; run again when nobody is writing to it")
        os.chmod(temporary, 0o400)
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def destroy_file(path: Path) -> None:
    """Overwrite and delete the file at `path`; nothing happens where there is none.

    Overwriting reaches the old bytes on a disk that writes in place; a disk that does not keeps them until it
    reuses them, which only encrypting the whole disk helps against.
    """
    if not path.exists():
        return
    try:
        os.chmod(path, 0o600)
        with path.open("r+b") as file:
            left = os.fstat(file.fileno()).st_size
            while left > 0:
                left -= file.write(bytes(min(left, _CHUNK)))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except OSError as error:
        raise WorkspaceError(f"{path}: cannot be destroyed ({error.strerror}); delete it by hand") from error


def clear_half_copies(folder: Path) -> None:
    """Destroy what a killed process left half-copied."""
    for path in folder.glob(".copying-*"):
        destroy_file(path)


def write_whole(path: Path, content: str | bytes) -> None:
    """Write `content` (text in UTF-8) to `path` whole or not at all."""
    handle, temporary = tempfile.mkstemp(prefix=".writing-", dir=path.parent)
    with open(handle, "wb") as file:
        file.write(content.encode("utf-8") if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut, where the system can."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
