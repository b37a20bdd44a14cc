"""Memory once the start is over."""

import ctypes
import gc


def settle() -> None:
    """What the start needed goes back to the system, which never happens by itself. What is left
    lives as long as the process: to look through all of it again and again for rubbish would
    hold everybody up for a tenth of a second each time."""
    gc.collect()
    gc.freeze()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # Only where the C library is GNU's.
    if trim is not None:
        trim(0)
