"""Pictures of pages: PNG, JPEG and TIFF, read by text recognition."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.formats import ocr
from retrieval.formats.document import DocumentProblem, RawDocument
from retrieval.formats.errors import DamagedFileError, FileTooLargeError, NoTextLayerError
from retrieval.formats.files import read_bytes
from retrieval.formats.layout import laid_out

_MOST_PIXELS = 200_000_000  # a broadsheet page at 400 dots an inch has some 50 million


def read_image(path: Path) -> Iterator[RawDocument | DocumentProblem]:
    """Yield the text of each picture in a file; a TIFF may hold several.

    Raises NoTextLayerError where text recognition is not installed, or finds no text in any of them.
    """
    if not ocr.is_installed():
        raise NoTextLayerError(f"a picture holds no text; install text recognition ({ocr.INSTALL}) and ingest it again")
    texts = 0
    for number, picture in enumerate(_pictures(read_bytes(path)), start=1):
        page = laid_out(ocr.recognized(picture), picture.shape[0])
        if page.text:
            texts += 1
            locator = f"page {number}" if number > 1 else ""
            yield RawDocument(
                body=page.text,
                published=page.published,
                is_page=True,
                locator=locator,
                headline_lines=page.headlines,
            )
    if not texts:
        raise NoTextLayerError("no text was recognized in the picture; scan it at 200 to 400 dots an inch")


def _pictures(data: bytes) -> Iterator[NDArray[np.uint8]]:
    """Each frame as (height, width, 3) in BGR order."""
    from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data)) as image:
            for frame in ImageSequence.Iterator(image):
                width, height = frame.size
                if width * height > _MOST_PIXELS:
                    raise FileTooLargeError(f"the picture has {width} × {height} pixels; save it at 400 dots an inch")
                upright = ImageOps.exif_transpose(frame)
                yield np.asarray(upright.convert("RGB"))[:, :, ::-1].copy()
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise DamagedFileError(f"the picture is damaged ({type(error).__name__}); scan or export it again") from error
