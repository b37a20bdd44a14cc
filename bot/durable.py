"""What makes a file outlive a power cut."""

import os
from pathlib import Path


def force(path: Path) -> None:
    """A file to the disk; or a folder, whose new names are durable only then."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
