"""What the signs of a page weigh when its split is scored.

Arbitrary units, fitted by random search over the five real pages and the composed ones of seed 7, 2026-11. Where not
said otherwise, a weight is added to the score of a stretch of fragments that is taken for one article.
"""

from __future__ import annotations

ARTICLE = -4.94
RESUMED = -1.0
TORN_INSIDE = -2.93
NO_TITLE = -1.79
NO_BODY = -3.0
FRONT, END, MIDDLE_ANNOUNCED, MIDDLE = 2.44, 0.96, -0.029, -1.14
WITH_SUBTITLE, WITH_BYLINE, WITH_SERIES = 2.5, 4.76, 1.0
BEFORE_OPENING = 0.65
SCANT = -2.56
AFFINITY, AFFINITY_LEAST = 1.95, 0.763
FOREIGN_MOST = -3.5
HEADING, HEADING_FORM = -0.15, 1.24
HEADING_ANNOUNCED = -4.57
FOREIGN_HEADLINE = -2.5
EXTRA_BYLINE, EXTRA_SUBTITLE = -3.0, -3.0
BYLINE_FIRST, BYLINE_LAST, BYLINE_AMID, BYLINE_STRAY = 1.0, 0.725, 0.186, -1.05
SIGN_OFF_LAST, SIGN_OFF_INSIDE = 1.4, -6.33
AFTER_SIGN_OFF = 0.044
BREAK_WEIGHT, BREAK_LIKENESS, BREAK_LEAST = 34.3, 0.026, -2.5
OPENS = 0.5  # an article begins with words that open a story
ONE_OF_A_SET = -1.0  # a headline behind its text that has the form of at least two others, as section headings have
LAST_PLAIN = 0.0
DEPTH = 10.0  # for each unit by which a place lies lower than the hills of likeness beside it
PARALLEL = 0.4  # of a heading's cost, where others on the page have its form
LAST_ORDER = -4.0  # a page whose headlines stand after their texts is the rarer kind
LAST_BYLINE = 8.07  # on such a page, an article's byline stands before its text
LAST_FRONT, LAST_END = 0.0, 2.0
