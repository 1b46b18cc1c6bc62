"""Text recognition (OCR) of pictures of pages, where the extra is installed."""

from __future__ import annotations

import threading
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.formats.layout import Piece

INSTALL = "pip install 'wenbao[ocr]'"
DPI = 150  # at which a page is drawn for recognition: 10-point type is then 21 pixels high
_LONGEST_SIDE = 3200  # pixels; larger pictures are made smaller
_LEAST_SCORE = 0.5  # of a line's recognition; what is below is noise
_TYPE = 0.85  # of a line's box, its type is so high: the box has a margin

_ENGINE = threading.Lock()  # one page at a time: the engine keeps state between calls, and uses every core anyway


def is_installed() -> bool:
    """Whether `recognized` can work."""
    return find_spec("rapidocr") is not None


def recognized(picture: NDArray[np.uint8]) -> list[Piece]:
    """The lines on a picture, (height, width, 3) in BGR order; lengths in its pixels. Needs the extra `ocr`."""
    with _ENGINE:
        result = _engine()(picture)
    if result.boxes is None or not result.txts:
        return []
    found = zip(result.boxes, result.txts, result.scores, strict=True)
    return [_piece(text, np.asarray(box)) for box, text, score in found if score >= _LEAST_SCORE]


def _piece(text: str, box: NDArray[np.float32]) -> Piece:
    """`box`: (4, 2), the corners from the top left clockwise."""
    left, right = float(box[:, 0].min()), float(box[:, 0].max())
    top, bottom = float(box[:2, 1].mean()), float(box[2:, 1].mean())
    return Piece(text, left, top, right, bottom, _TYPE * (bottom - top))


@lru_cache(maxsize=1)
def _engine() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "critical", "Global.max_side_len": _LONGEST_SIDE})
