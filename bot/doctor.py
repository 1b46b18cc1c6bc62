"""`wenbao doctor`: every check with its remedy, and with `--repair` what can be made anew."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bot import wiring
from bot.settings import Settings
from embeddings import EncoderError
from embeddings.encoder import Encoder, Role
from retrieval.archive import Archive
from retrieval.errors import ArchiveError
from retrieval.ingest import Ingestor, encoded_text

_LITTLE_SPACE_BYTES = 200 * 10**6
_MADE_AGAIN = 8  # vectors, to see whether they are of their passages
_SAME_COSINE = 0.99
_LOST = (
    "Put a backup in its place (wenbao backup makes them), or ingest anew. "
    "请用备份文件替换（备份由 wenbao backup 生成），或重新导入。"
)


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what was looked at, whether it is well, what was seen, and what to do where it is not."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""


def examine(settings: Settings, *, repair: bool = False) -> list[Check]:
    """Check the model, the archive and its caches, all that is stored read through.

    The lexical index is brought up to the store where it can be. With `repair` damaged caches and wrong vectors are
    made anew; texts are never touched.
    """
    return list(_checks(settings, repair=repair))


def _checks(settings: Settings, *, repair: bool) -> Iterator[Check]:
    encoder: Encoder | None = None
    try:
        encoder = wiring.open_encoder(settings)
        encoder.encode(["检查"], Role.QUERY)
        yield Check("encoder", True, encoder.identity)
    except EncoderError as error:
        yield Check("encoder", False, "cannot be used 不能用", str(error))
    yield _safely(lambda: _reader(settings), "reader")
    try:
        archive = wiring.open_archive(settings)
    except ArchiveError as error:
        yield Check("archive", False, str(settings.data), str(error))
        return
    try:
        if repair:
            yield _safely(lambda: _repaired(archive, encoder), "repair")
        yield _safely(lambda: _database(archive), "database")
        yield _safely(lambda: _articles(archive), "articles")
        yield _safely(lambda: _lexical(archive), "lexical index")
        yield _safely(lambda: _caches(archive), "caches")
        yield _safely(lambda: _space(archive), "disk space")
        yield _safely(lambda: _vectors(archive, encoder), "vectors")
    finally:
        archive.close()


def _safely(check: Callable[[], Check], name: str) -> Check:
    try:
        return check()
    except (ArchiveError, EncoderError) as error:
        return Check(name, False, "cannot be done now 现在不能进行", str(error))
    except (sqlite3.Error, OSError) as error:
        return Check(name, False, str(error), _LOST)


def _reader(settings: Settings) -> Check:
    if settings.reader == "none":
        return Check("reader", True, "none")
    text = "全县新建公园12座。"
    best = wiring.open_reader(settings).read("新建公园多少座？", [text])[0].best(1)[0]
    return Check("reader", True, f"packaged: {text[best.start : best.end]}")


def _database(archive: Archive) -> Check:
    problems = archive.store.verify()
    if problems:
        return Check("database", False, problems[0], _LOST)
    return Check("database", True, str(archive.store.path))


def _articles(archive: Archive) -> Check:
    counts = archive.store.counts()
    command = f"wenbao ingest FILES --data {archive.directory}"
    remedy = "" if counts.articles else f"Put articles in with 请导入文章: {command}"
    return Check("articles", bool(counts.articles), f"{counts.articles} in {counts.passages} passages", remedy)


def _lexical(archive: Archive) -> Check:
    archive.refresh_lexical()
    if archive.lexical.is_current(archive.store):
        return Check("lexical index", True, "holds every passage")
    remedy = "Another process is writing; look again when it is done. 另一个进程正在写入，请稍后再查。"
    return Check("lexical index", False, "behind the store 落后于档案", remedy)


def _caches(archive: Archive) -> Check:
    damaged = archive.damaged_caches()
    if not damaged:
        return Check("caches", True, "as they were written")
    remedy = (
        f"Nothing is lost. Make them anew with 没有丢失数据，请重建: wenbao doctor --repair --data {archive.directory}"
    )
    return Check("caches", False, f"damaged 损坏: {', '.join(damaged)}", remedy)


def _space(archive: Archive) -> Check:
    free = shutil.disk_usage(archive.directory).free
    remedy = "" if free > _LITTLE_SPACE_BYTES else "Make room on that disk. 请在该磁盘上腾出空间。"
    return Check("disk space", not remedy, f"{free / 1e9:.1f} GB free", remedy)


def _vectors(archive: Archive, encoder: Encoder | None) -> Check:
    made_by = archive.store.meta("encoder")
    if encoder and made_by and made_by != encoder.identity:
        remedy = f"Set that encoder again, or 请改回该编码器，或重新编码: wenbao reembed --data {archive.directory}"
        return Check("vectors", False, f"made by {made_by}, but {encoder.identity} is set", remedy)
    if encoder and (wrong := _wrong_vectors(archive, encoder)):
        remedy = f"Make them anew with 请重建: wenbao doctor --repair --data {archive.directory}"
        return Check("vectors", False, f"{len(wrong)} are not those of their passages 与段落不符", remedy)
    counts = archive.store.counts()
    if counts.vectors < counts.passages:
        detail = f"{counts.vectors} of {counts.passages} passages have one"
        return Check("vectors", False, detail, f"Make the rest with 请补齐: wenbao serve --data {archive.directory}")
    return Check("vectors", True, f"{counts.vectors}, one for every passage")


def _wrong_vectors(archive: Archive, encoder: Encoder) -> list[int]:
    """Passages whose vector is no unit vector, and of a few made again those whose vector is another text's."""
    bad = archive.store.bad_vectors(encoder.dimension)
    held = [(passage_id, blob) for _, passage_id, blob in archive.store.vectors()]
    step = max(1, len(held) // _MADE_AGAIN)
    kept = dict(one for one in held[::step][:_MADE_AGAIN] if one[0] not in set(bad))
    entries = archive.store.entries_of(list(kept))
    if not entries:
        return bad
    made = encoder.encode([encoded_text(one) for one in entries.values()], Role.PASSAGE)
    for passage_id, vector in zip(entries, made, strict=True):
        if float(np.frombuffer(kept[passage_id], "<f2").astype(np.float32) @ vector) < _SAME_COSINE:
            bad.append(passage_id)
    return bad


def _repaired(archive: Archive, encoder: Encoder | None) -> Check:
    with archive.writing():
        if problems := archive.store.verify():
            return Check("repair", False, problems[0], _LOST)
        if encoder is None:
            return Check("repair", False, "without an encoder nothing can be made anew 没有编码器，无法重建")
        made_by = archive.store.meta("encoder")
        wrong: Sequence[int] = _wrong_vectors(archive, encoder) if made_by == encoder.identity else ()
        done = []
        if wrong:
            archive.store.drop_vectors(wrong)
            made = Ingestor(archive, encoder).encode_missing()
            done.append(f"{made} vectors 个向量")
        archive.sync_lexical()
        if archive.damaged_caches():
            archive.remake_caches(encoder.dimension)
            done.append("indexes 索引")
    return Check("repair", True, f"made anew 已重建: {', '.join(done)}" if done else "nothing to do 无需修复")
