"""Crash at every point (X2): real processes that die at each crossing of each main flow.

A crossing is where something becomes true outside of the process: a commit, an fsync, a rename,
a request to the platform, an answer to a browser. A scenario is played undisturbed, and every
point on its way is written down; then once for each of them, with a process that is killed by
SIGKILL right there while a new one goes on. At the end the database must hold what it holds
after the undisturbed run, cell by cell, and people must have been told the same.

SIGKILL leaves the page cache alone: what a power cut would lose (X3) is not seen here.
"""
