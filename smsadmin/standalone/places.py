"""Where files may lie: unix sockets need a short path, and a folder that is ours alone."""

import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

SOCKET_PATH_LIMIT = 100
"""Unix sockets may be 104 bytes long on macOS, 107 on Linux."""

MEMORY = Path("/dev/shm")  # noqa: S108 - mkdtemp is safe there
"""Linux keeps its files in memory; in a container it may be tiny."""

ROOM = 2 << 30
"""Bytes that the databases of a whole run of tests take at most."""

LONGEST_NAME = len("/smsadmin-4294967295-0123456789ab/.s.PGSQL.5432.lock")


class BadPlace(Exception):
    """A folder cannot be used; the message is a sentence for people."""


def sockets_folder(home: Path, owner: int | None = None) -> Path:
    """Return a short folder, mode 700, for the sockets of the clone or run that lives in `home`.

    It is named by a hash of `home`, so every process of a clone finds the same one; `owner` is the user id
    that may own it besides ours. Raise `BadPlace` when somebody else owns the folder of that name.
    """
    digest = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]
    folder = _temporary(for_others=owner is not None, short=True) / f"smsadmin-{os.geteuid()}-{digest}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise BadPlace(f"Cannot create {folder} for unix sockets: {error.strerror}.") from error
    ours = found.st_uid in (os.geteuid(), owner) and not found.st_mode & 0o077
    if not ours or not stat.S_ISDIR(found.st_mode):
        raise BadPlace(f"{folder} is not ours alone: remove it and start again.")
    return folder


def own_folder(folder: Path) -> Path:
    """Make a folder that only we may enter; raise `BadPlace` when it cannot be made or written."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise BadPlace(
            f"Cannot write to {folder} ({error.strerror}): run this in a folder that you may write to."
        ) from error


@contextmanager
def temporary_folder(name: str, *, in_memory: bool = False) -> Iterator[Path]:
    """Offer a new folder for servers that live for one run only; it is removed at the end.

    Others may pass through it but not list it: PostgreSQL, which does not run as root, may have to. It lies
    `in_memory` on request, where this machine has the room: a new database there costs a tenth of the time.
    """
    base = MEMORY if in_memory and _has_room(MEMORY) else _temporary(for_others=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=base))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def open_to_others(places: Iterable[Path]) -> bool:
    """Say whether any user may pass through these folders and run these programs."""
    return all(place.stat().st_mode & 0o001 for place in places)


def _has_room(folder: Path) -> bool:
    return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > ROOM


def _temporary(*, for_others: bool, short: bool = False) -> Path:
    """Return the usual folder for temporary files, or `/tmp` where that one is too deep or closed to others."""
    usual = Path(tempfile.gettempdir()).resolve()
    too_long = short and len(os.fsencode(usual)) + LONGEST_NAME > SOCKET_PATH_LIMIT
    closed = for_others and not open_to_others([usual, *usual.parents])
    return Path("/tmp") if too_long or closed else usual  # noqa: S108 - what is made in it is checked to be ours
