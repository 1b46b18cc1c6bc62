"""A backup: the whole archive as one file, made while others read and write it."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from retrieval.store import Store

_PAGES_A_STEP = 1024


class BackupError(Exception):
    """The backup could not be made; the message says why and what to do. 备份没有完成，原因和办法在消息里。"""


def back_up(
    store: Store, path: Path, *, overwrite: bool = False, progress: Callable[[int, int], None] | None = None
) -> int:
    """Write all that `store` holds at this moment to `path`; the file's size in bytes.

    Whoever writes to the archive meanwhile is not held up and is not in it. `path` is whole and on the disk when this
    returns; whatever stops it leaves `path` as it was. `progress(done, total)` counts database pages. Raises
    BackupError.
    """
    if path.is_dir() or (path.exists() and (not overwrite or path.samefile(store.path))):
        why = "is a folder" if path.is_dir() else "is there already"
        raise BackupError(
            f"{path} {why}; name another file, or replace an older backup with --overwrite. "
            f"{path} 已存在或是文件夹；请换一个文件名，要替换旧备份请加 --overwrite。"
        )
    new = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        os.close(handle)
        new = Path(name)
        _copy(store, new, progress)
        _force_to_disk(new)
        if overwrite:
            os.replace(new, path)
        else:
            os.link(new, path)  # unlike a rename it never takes the place of a file that came meanwhile
            new.unlink()
        _force_to_disk(path.parent)
        return path.stat().st_size
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BackupError(
            f"The backup {path} was not made ({reason}); the archive is untouched. Make room or name another place. "
            f"备份没有完成（{reason}），档案没有变化；请腾出空间或换一个位置。"
        ) from error
    finally:
        if new:
            for leftover in (new, new.with_name(f"{new.name}-journal"), new.with_name(f"{new.name}-wal")):
                leftover.unlink(missing_ok=True)


def _copy(store: Store, path: Path, progress: Callable[[int, int], None] | None) -> None:
    def step(_: int, remaining: int, total: int) -> None:
        if progress:
            progress(total - remaining, total)

    with closing(sqlite3.connect(path)) as copy, store.snapshot():
        store.generation()  # a transaction sees one moment only from its first reading on
        store.copy_to(copy, _PAGES_A_STEP, step)
        # The copy says that it is in WAL mode; without it the file is whole by itself, on read-only places too.
        copy.execute("PRAGMA journal_mode=DELETE")
        found = copy.execute("PRAGMA quick_check").fetchone()[0]
        if found != "ok":
            raise sqlite3.DatabaseError(found)


def _force_to_disk(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
