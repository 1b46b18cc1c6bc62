"""BM25 over passages: a tantivy index, derived from the store and always rebuildable from it.

The text is segmented beforehand (retrieval.terms), so tantivy only splits at spaces. A small state file beside the
index says how far into the store it reaches, and what the index's files hold; bringing it up to date is reading on
from there. The state is written after tantivy's commit: after a crash between the two, as after any damage to a file,
the two do not agree and the index is made anew. A new index is made beside the old one and put in its place whole.
"""

from retrieval.lexical.fields import HEADINGS_BOOST
from retrieval.lexical.index import NAMES_KEY, LexicalIndex
from retrieval.lexical.reading import Reading

__all__ = ["HEADINGS_BOOST", "NAMES_KEY", "LexicalIndex", "Reading"]
