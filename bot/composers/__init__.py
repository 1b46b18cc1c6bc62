"""Hits to an answer, one file each way."""
