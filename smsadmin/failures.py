"""Name an error for the log without what it was about: messages of errors carry phones and texts."""

from pathlib import Path
from traceback import extract_tb

PACKAGE = str(Path(__file__).parent)


def named(error: BaseException) -> str:
    """Return the kind of the error and the last line of ours on its way: `OperationalError at claim.py:64`."""
    ours = [frame for frame in extract_tb(error.__traceback__) if frame.filename.startswith(PACKAGE)]
    place = f" at {Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
    return type(error).__name__ + place
