"""Writes to a file while holding Python's own lock, the GIL.

`os.write` lets go of it: the next visitor's thread runs, wants the spool's lock, waits, and is woken again. These
changes of threads took longer than the write itself, which only copies a line into the system's memory.
"""

import ctypes
import os

_write = ctypes.PyDLL(None, use_errno=True).write
_write.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t)
_write.restype = ctypes.c_ssize_t


def held_write(file: int, record: bytes) -> int:
    """Write as `os.write` does; return how many bytes were taken, raise OSError."""
    written: int = _write(file, record, len(record))
    if written < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return written
