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


def make_folder(path: Path) -> None:
    """With those above it; the names of all outlive a power cut."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(exist_ok=True)
    force(path.parent)
