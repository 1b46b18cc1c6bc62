"""A newspaper page as text to articles: reflow, and (its own step, to come) segmentation and metadata."""
