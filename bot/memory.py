"""Memory once the start is over."""

import ctypes
import gc

NEW_OBJECTS = 10_000  # Before the youngest are looked through: a few turns make so many.


def settle() -> None:
    """What the start needed goes back to the system, which never happens by itself. What is left
    lives as long as the process: to look through all of it again and again for rubbish would
    hold everybody up for a tenth of a second each time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, *gc.get_threshold()[1:])
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # Only where the C library is GNU's.
    if trim is not None:
        trim(0)
