"""Batch questions to metrics."""
