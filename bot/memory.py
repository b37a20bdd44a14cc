"""Memory that the process no longer needs."""

import ctypes
import gc


def give_back() -> None:
    """What the start needed goes back to the system; it never does so by itself."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # Only where the C library is GNU's.
    if trim is not None:
        trim(0)
