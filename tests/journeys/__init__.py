"""Whole processes as transcripts: one story, told on every platform."""
