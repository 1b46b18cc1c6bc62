"""A process that carries out a plan (plan.py) and writes down each step that was acknowledged to it.

python writer.py ARCHIVE ACKNOWLEDGED SEED STEPS: the file ACKNOWLEDGED holds how many steps are done; it goes on
from there.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]

from fakes import HashEncoder

from retrieval.archive import Archive
from retrieval.errors import ArchiveError
from retrieval.ingest import Ingestor
from safety.plan import Step, record, steps


def done_steps(acknowledged: Path) -> int:
    return len(acknowledged.read_bytes()) if acknowledged.exists() else 0


def carry_out(archive: Archive, number: int, step: Step, files: Path) -> None:
    path = files / f"{number}.jsonl"
    path.write_text("".join(json.dumps(record(*one), ensure_ascii=False) + "\n" for one in step.put.items()), "utf-8")
    with archive.writing(10.0):
        ingestor = Ingestor(archive, HashEncoder(dimension=32))
        report = ingestor.read([path])
        assert not report.problems, report.problems
        for article_id in step.removed:
            archive.store.remove_article(article_id)
        archive.store.flush()
        archive.sync_lexical()
        if number % 2:
            ingestor.encode_missing()


def main(directory: Path, acknowledged: Path, seed: int, count: int) -> int:
    try:
        archive = Archive(directory, create=True)
        files = acknowledged.parent / "files"
        files.mkdir(exist_ok=True)
        done = done_steps(acknowledged)
        with acknowledged.open("ab", buffering=0) as note:
            for number, step in list(enumerate(steps(seed, count)))[done:]:
                carry_out(archive, number, step, files)
                note.write(b".")
        archive.close()
    except ArchiveError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


def serve() -> None:
    """For each line `[archive, acknowledged, seed, steps, output]` a child of its own; its pid is answered."""
    import signal

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        *arguments, output = json.loads(line)
        pid = os.fork()
        if not pid:
            file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.dup2(file, 1)
            os.dup2(file, 2)
            code = 70
            try:
                code = main(Path(arguments[0]), Path(arguments[1]), int(arguments[2]), int(arguments[3]))
            except BaseException:
                import traceback

                traceback.print_exc()
            os.write(2, f"exit {code}\n".encode())
            os._exit(code)
        print(pid, flush=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve()
    else:
        sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
