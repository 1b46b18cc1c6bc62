"""Ingest: what is taken in, what is reported, and what is left when it is stopped."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from archives import ENCODER, ROOT, content, encode_all, ingest, record, write_jsonl
from fakes import HashEncoder

from embeddings import Role
from embeddings.encoder import EncoderError, Progress, Vectors
from retrieval import ingest as module
from retrieval.archive import Archive
from retrieval.errors import ArchiveBusyError, ArchiveMissingError, EncoderMismatchError
from retrieval.formats import RawDocument
from retrieval.formats.errors import FileAccessError
from retrieval.ingest import Ingestor, NothingToReadError, find_files
from retrieval.lexical import LexicalIndex
from retrieval.search import Searcher
from retrieval.store import Store
from retrieval.terms import terms


def ids(archive: Archive) -> set[str]:
    return {one.article_id for one in archive.store.articles()}


def found(archive: Archive, query: str) -> set[str]:
    return {hit.passage.article_id for hit in Searcher(archive, ENCODER).search(query, limit=10**6).hits}


# -- which files ----------------------------------------------------------------------------------------------------


def test_files_of_folders_once_each_and_nothing_hidden(tmp_path: Path) -> None:
    for name in ("b.txt", "a.md", "sub/c.jsonl", "sub/.d.txt", ".git/e.txt", "sub/f.exe", "sub/~$g.docx"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "again.txt").symlink_to(tmp_path / "b.txt")
    (tmp_path / "folder.txt").mkdir()
    names = [path.relative_to(tmp_path.resolve()).as_posix() for path in find_files([tmp_path])]
    assert names == ["a.md", "b.txt", "sub/c.jsonl"]
    named = find_files([tmp_path / "sub/f.exe", tmp_path / "sub/.d.txt", tmp_path, tmp_path / "b.txt"])
    assert [path.name for path in named] == ["f.exe", ".d.txt", "a.md", "b.txt", "c.jsonl"]


def test_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(NothingToReadError, match="No readable file"):
        find_files([tmp_path])
    with pytest.raises(NothingToReadError, match=r"No such file or folder: .*nowhere"):
        find_files([tmp_path, tmp_path / "nowhere"])


# -- what is taken in -----------------------------------------------------------------------------------------------


def test_the_seeds_go_in_and_again_nothing_changes(archive: Archive) -> None:
    files = find_files([ROOT / "seeds"])
    report = ingest(archive, files)
    assert report.problems == []
    assert report.question_files == 1
    assert report.added == archive.store.counts().articles > 30
    assert archive.store.verify() == []
    assert archive.lexical.is_current(archive.store)
    before = content(archive.store)
    again = ingest(archive, files)
    assert (again.files, again.unchanged_files, again.added, again.removed) == (0, report.files, 0, 0)
    assert content(archive.store) == before


def test_the_same_content_twice_is_one_article(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for name in ("one.md", "a/two.md"):
        (tmp_path / name).write_text("# 汛期\n\n水位上涨。", "utf-8")
    report = ingest(archive, find_files([tmp_path / "one.md", tmp_path / "a"]))
    assert (report.files, report.added, report.unchanged) == (2, 1, 1)
    assert archive.store.remove_document(str(tmp_path / "one.md")) == 0
    assert archive.store.remove_document(str(tmp_path / "a/two.md")) == 1


def test_a_changed_file(archive: Archive, tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", [record("x", "汛期水位。"), record("y", "公交。"), record("z", "剧院。")])
    ingest(archive, [path])
    write_jsonl(path, [record("x", "汛期水位。"), record("y", "地铁。"), record("n", "桥。")])
    report = ingest(archive, [path])
    assert (report.unchanged, report.replaced, report.added, report.removed) == (1, 1, 1, 1)
    assert ids(archive) == {"x", "y", "n"}
    assert found(archive, "地铁") >= {"y"}
    assert "z" not in found(archive, "剧院")
    assert {hit.passage.article_id for hit in Searcher(archive, ENCODER).search("公交").hits if hit.lexical} == set()


def test_ids_that_move_between_files(archive: Archive, tmp_path: Path) -> None:
    a = write_jsonl(tmp_path / "a.jsonl", [record("x", "水位。"), record("y", "公交。")])
    b = write_jsonl(tmp_path / "b.jsonl", [record("z", "剧院。")])
    ingest(archive, [a, b])
    for giver, taker in ((a, b), (b, a)):
        write_jsonl(giver, [record("y" if giver is a else "z", "公交。")])
        write_jsonl(taker, [record("z" if giver is a else "y", "剧院。"), record("x", "水位。")])
        ingest(archive, [a, b])
        assert ids(archive) == {"x", "y", "z"}
    assert archive.store.verify() == []


def test_every_kind_of_problem_is_reported_and_the_rest_goes_in(archive: Archive, tmp_path: Path) -> None:
    good = write_jsonl(tmp_path / "good.jsonl", [record("good", "水位。")])
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.4 nothing")
    (tmp_path / "bad.docx").write_bytes(b"PK\3\4nothing")
    (tmp_path / "bad.json").write_text("{")
    (tmp_path / "empty.txt").touch()
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "signs.txt").write_text("———\n。。。")
    (tmp_path / "unknown.exe").write_bytes(b"MZ")
    partly = tmp_path / "partly.jsonl"
    write_jsonl(partly, [record("p1", "一。"), {"id": "p2"}, record("p3", "三。", published="no date")])
    partly.write_text(partly.read_text("utf-8") + "{broken\n" + '{"id": "p4", "body": "half \\ud83d."}\n', "utf-8")
    files = [*sorted(tmp_path.glob("*.*")), tmp_path / "gone.txt", tmp_path]
    report = ingest(archive, files)
    assert ids(archive) == {"good", "p1", "p3", "p4"}
    assert report.files == 2
    places = " ".join(problem.path for problem in report.problems)
    for name in ("bad.pdf", "bad.docx", "bad.json", "empty.txt", "binary.txt", "signs.txt", "unknown.exe",
                 "partly.jsonl, line 2", "partly.jsonl, line 3", "partly.jsonl, line 4", "gone.txt"):  # fmt: skip
        assert name in places
    assert all(problem.reason for problem in report.problems)
    assert str(good) not in places
    assert found(archive, "水位") >= {"good"}


def test_a_flood_of_problems_is_abridged(archive: Archive, tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", [record("x", "水位。"), *({"id": "none"} for _ in range(250))])
    problems = ingest(archive, [path]).problems
    assert len(problems) == 101
    assert problems[-1].reason == "and 150 more problems of this file"


def test_an_unreadable_folder_is_reported(tmp_path: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shut").mkdir()
    good = write_jsonl(tmp_path / "good.jsonl", [record("good", "水位。")])
    scandir = os.scandir

    def refuse(path: str) -> Iterator[os.DirEntry[str]]:
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    files = find_files([good, tmp_path / "shut"])
    monkeypatch.undo()
    report = ingest(archive, files)
    assert [problem.path for problem in report.problems] == [str(tmp_path / "shut")]
    assert report.added == 1


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no UTF-8 are Linux's")
def test_a_file_name_that_is_no_utf8(archive: Archive, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + "/晚报.jsonl".encode("gbk")))
    write_jsonl(path, [record("x", "水位。"), {"id": "bad"}])
    report = ingest(archive, find_files([tmp_path]))
    assert ids(archive) == {"x"}
    assert report.problems[0].path.endswith(r"\xcd\xed\xb1\xa8.jsonl, line 2")
    report.problems[0].path.encode()
    assert ingest(archive, find_files([tmp_path])).unchanged_files == 1


def test_a_file_that_becomes_unreadable_keeps_its_articles(archive: Archive, tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", [record("x", "水位。"), record("y", "公交。")])
    ingest(archive, [path])
    for damage in (b"", b"\0\xff\xfe" * 50, b"{\n}", b"not json\n" * 3):
        path.write_bytes(damage)
        report = ingest(archive, [path])
        assert report.problems
        assert report.removed == 0
        assert ids(archive) == {"x", "y"}
    path.unlink()
    assert ingest(archive, [path]).problems[0].reason == "No such file or directory"
    assert ids(archive) == {"x", "y"}
    write_jsonl(path, [record("y", "公交。")])
    assert ingest(archive, [path]).removed == 1


def test_a_file_that_fails_in_the_middle_keeps_the_rest_and_is_read_again(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", [record(one, f"{one}水位。") for one in "vwxyz"])
    ingest(archive, [path])
    write_jsonl(path, [record(one, f"{one}公交。") for one in "vwxyz"])
    read = module.read_documents

    def failing(path: Path) -> Iterator[object]:
        for number, item in enumerate(read(path)):
            if number == 2:
                raise FileAccessError("the disk gives an error; copy the file")
            yield item

    with monkeypatch.context() as patched:
        patched.setattr(module, "read_documents", failing)
        report = ingest(archive, [path])
    assert (report.replaced, report.removed, len(report.problems)) == (2, 0, 1)
    assert ids(archive) == set("vwxyz")
    report = ingest(archive, [path])
    assert (report.unchanged_files, report.unchanged, report.replaced) == (0, 2, 3)


def test_a_file_with_a_bad_part_is_what_its_good_parts_are(archive: Archive, tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", [record("x", "水位。"), record("y", "公交。")])
    ingest(archive, [path])
    path.write_text(path.read_text("utf-8").splitlines()[0] + "\n{broken\n", "utf-8")
    report = ingest(archive, [path])
    assert (report.removed, len(report.problems)) == (1, 1)
    assert ids(archive) == {"x"}


def test_what_the_store_refuses_is_a_problem_of_its_article(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", [record("x", "水位。")])

    def odd(path: Path) -> Iterator[RawDocument]:
        yield RawDocument(body="一。", external_id="a", published="2025-99")
        yield RawDocument(body="二\0。", external_id="b", locator="line 2")
        yield RawDocument(body="三。", external_id="c")

    monkeypatch.setattr(module, "read_documents", odd)
    report = ingest(archive, [path])
    assert ids(archive) == {"c"}
    assert ["is not a date" in report.problems[0].reason, "NUL" in report.problems[1].reason] == [True, True]
    assert report.problems[1].path.endswith("a.jsonl, line 2")


# -- stopped and taken up again -------------------------------------------------------------------------------------


class Stopping(HashEncoder):
    """Fails after a number of batches."""

    def __init__(self, batches: int, error: type[BaseException]) -> None:
        super().__init__(dimension=32)
        self.batches, self.error = batches, error

    def encode(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> Vectors:
        self.batches -= 1
        if self.batches < 0:
            raise self.error("stopped")
        return super().encode(texts, role, progress)


def sample(folder: Path, count: int = 60) -> list[Path]:
    folder.mkdir()
    records = [record(f"r{i}", f"第{i}条水位消息。" * (i % 9 + 1)) for i in range(count)]
    return [write_jsonl(folder / f"{part}.jsonl", records[part::3]) for part in range(3)]


def test_an_interrupt_leaves_a_searchable_archive_and_the_next_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = sample(tmp_path / "files")
    undisturbed = Archive(tmp_path / "undisturbed", create=True)
    ingest(undisturbed, files)
    archive = Archive(tmp_path / "archive", create=True)
    split = module.split_passages
    for calls in (0, 7, 20, 33):
        left = iter(range(calls))

        def interrupted(body: str, *rest: object, left: Iterator[int] = left) -> object:
            if next(left, None) is None:
                raise KeyboardInterrupt
            return split(body, *rest)

        with monkeypatch.context() as patched:
            patched.setattr(module, "split_passages", interrupted)
            with pytest.raises(KeyboardInterrupt):
                ingest(archive, files)
        assert archive.store.verify() == []
        assert archive.lexical.is_current(archive.store)
        assert found(archive, "水位消息") == ids(archive)
        assert len(ids(archive)) >= min(calls, 20)
    report = ingest(archive, files)
    assert report.problems == []
    assert content(archive.store) == content(undisturbed.store)
    archive.close()
    undisturbed.close()


def test_reading_stops_after_the_document_at_hand(archive: Archive, tmp_path: Path) -> None:
    files = sample(tmp_path / "files", 30)
    stop = threading.Event()
    with archive.writing():
        stopped = Ingestor(archive, ENCODER).read(files, lambda _: stop.set(), stop)
    assert 0 < stopped.added < 30
    assert found(archive, "水位消息") == ids(archive)
    assert stopped.added + ingest(archive, files).added == 30


def test_vectors_are_made_in_batches_and_taken_up(archive: Archive, tmp_path: Path) -> None:
    ingest(archive, sample(tmp_path / "files", 200))
    count = archive.store.counts().passages
    assert count >= 200
    for error in (KeyboardInterrupt, EncoderError):
        with archive.writing(), pytest.raises(error):
            Ingestor(archive, Stopping(1, error)).encode_missing()
    assert archive.store.vector_count() == 128
    stop, told = threading.Event(), []
    with archive.writing():
        ingestor = Ingestor(archive, ENCODER)
        stop.set()
        assert ingestor.encode_missing(stop=stop) == 0
        stop.clear()
        assert ingestor.encode_missing(told.append, stop) == count - 128 == sum(told)
        assert ingestor.encode_missing() == 0
    assert archive.store.vector_count() == count
    assert Searcher(archive, ENCODER).search("水位").vector_share == 1.0


def test_stopping_between_batches(archive: Archive, tmp_path: Path) -> None:
    ingest(archive, sample(tmp_path / "files", 200))
    stop = threading.Event()
    with archive.writing():
        assert Ingestor(archive, ENCODER).encode_missing(lambda _: stop.set(), stop) == 64


def test_articles_that_come_and_go_while_vectors_are_made(archive: Archive, tmp_path: Path) -> None:
    files = sample(tmp_path / "files", 150)
    ingest(archive, files)
    left = 20

    def meanwhile(_: int) -> None:
        nonlocal left
        if left:
            left -= 1
            archive.store.remove_article(f"r{left}")
            if left == 5:
                archive.store.clear_vectors(ENCODER.identity)

    with archive.writing():
        Ingestor(archive, ENCODER).encode_missing(meanwhile)
    counts = archive.store.counts()
    assert counts.articles == 130
    assert counts.vectors == counts.passages
    assert archive.store.verify() == []


def test_making_vectors_takes_time_in_proportion(archive: Archive) -> None:
    with archive.store.transaction() as connection:
        connection.execute(
            "INSERT INTO articles (article_id, title, subtitle, author, source, kind, url, body)"
            " VALUES ('a', '', '', '[]', '', '', '', '文')"
        )
        connection.executemany(
            'INSERT INTO passages (article_key, start, "end") VALUES (1, 0, ?)', ((1,) for _ in range(20_000))
        )
    statements = 0
    connection = archive.store._connection

    def count() -> int:
        nonlocal statements
        statements += 1
        return 0

    connection.set_progress_handler(count, 10_000)  # virtual machine instructions
    encoder = HashEncoder(dimension=4)
    archive.store.set_meta("encoder", encoder.identity)
    with archive.writing():
        assert Ingestor(archive, encoder).encode_missing() == 20_000
    connection.set_progress_handler(None, 0)
    # About 90 instructions a passage; passing over those that have a vector, each time again, took 1,700.
    assert statements * 10_000 < 20_000 * 400


def test_a_second_writer_is_refused(archive: Archive, tmp_path: Path) -> None:
    other = Archive(archive.directory)
    with archive.writing():
        with pytest.raises(ArchiveBusyError), other.writing():
            pass
        with pytest.raises(ArchiveBusyError), other.writing(0.1):
            pass
        answers: list[type[BaseException]] = []

        def attempt() -> None:
            try:
                with archive.writing():
                    pass
            except ArchiveBusyError as error:
                answers.append(type(error))

        thread = threading.Thread(target=attempt)
        thread.start()
        thread.join()
        assert answers == [ArchiveBusyError]
    with other.writing():
        pass
    other.close()


def test_another_encoder_is_refused(archive: Archive) -> None:
    with archive.writing():
        Ingestor(archive, ENCODER)
        with pytest.raises(EncoderMismatchError, match="wenbao reembed"):
            Ingestor(archive, HashEncoder(dimension=16))


def test_a_lexical_index_that_cannot_be_written_stops_no_ingest(archive: Archive, tmp_path: Path) -> None:
    cache = archive.directory / "cache"
    shutil.rmtree(cache, ignore_errors=True)
    cache.write_text("a file where the folder should be")
    ingest(archive, sample(tmp_path / "files"))
    assert archive.lexical.in_memory
    assert found(archive, "水位消息") == ids(archive)


# -- killed ---------------------------------------------------------------------------------------------------------

WENBAO = """
import sys
sys.path[:0] = sys.argv[1:3]
from fakes import HashEncoder
from bot import cli, wiring
wiring.open_encoder = lambda settings: HashEncoder(dimension=32)
sys.exit(cli.main(sys.argv[3:]))
"""


def wenbao(*arguments: object) -> list[str]:
    """The command `wenbao` as a process, with the encoder of the tests."""
    return [sys.executable, "-c", WENBAO, str(ROOT), str(ROOT / "tests"), *map(str, arguments)]


def run(*arguments: object) -> None:
    done = subprocess.run(wenbao(*arguments), check=False, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr


def kill_at_random(directory: Path, files: Path, chosen: random.Random, longest_s: float) -> set[str]:
    """Start an ingest and kill it somewhere; the ids of the articles that a reader had seen committed by then."""
    process = subprocess.Popen(
        wenbao("ingest", files, "--data", directory), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT
    )
    seen: set[str] = set()
    while not (directory / "archive.sqlite3").exists() and process.poll() is None:
        time.sleep(0.005)
    deadline = time.monotonic() + chosen.uniform(0, longest_s)
    store: Store | None = None
    while time.monotonic() < deadline and process.poll() is None:
        try:
            store = store or Store(directory)
            seen |= {one.article_id for one in store.articles()}
        except ArchiveMissingError:
            pass  # it is just being made
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    if store:
        store.close()
    return seen


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.timeout(600)
def test_killed_at_any_moment_nothing_that_was_seen_is_lost(tmp_path: Path) -> None:
    chosen = random.Random(os.environ.get("KILL_TEST_SEED", "7"))
    rounds = int(os.environ.get("KILL_TEST_ROUNDS", "3"))
    files = tmp_path / "files"
    files.mkdir()
    records = [record(f"r{i}", f"第{i}条水位消息，累计{i}毫米。" * (i % 40 + 1)) for i in range(700)]
    for part in range(3):
        write_jsonl(files / f"{part}.jsonl", records[part::3])
    began = time.monotonic()
    run("ingest", files, "--data", tmp_path / "undisturbed")
    longest_s = time.monotonic() - began
    undisturbed = Store(tmp_path / "undisturbed")
    directory = tmp_path / "archive"
    seen: set[str] = set()
    for number in range(rounds):
        seen |= kill_at_random(directory, files, chosen, longest_s)
        if not (directory / "archive.sqlite3").exists() or not (directory / "archive.sqlite3").stat().st_size:
            continue
        archive = Archive(directory, create=True)
        assert archive.store.verify() == []
        assert seen <= ids(archive)
        if ids(archive):
            assert found(archive, "水位消息") == ids(archive)
            assert archive.lexical.is_current(archive.store)
        archive.close()
        if number == rounds // 2:  # and from the beginning once more
            shutil.rmtree(directory)
            seen = set()
    run("ingest", files, "--data", directory)
    archive = Archive(directory)
    assert content(archive.store) == content(undisturbed)
    assert archive.store.counts() == undisturbed.counts()
    assert archive.lexical.is_current(archive.store)
    archive.close()
    undisturbed.close()


def test_encode_all_is_what_encode_missing_does(archive: Archive, tmp_path: Path) -> None:
    ingest(archive, sample(tmp_path / "files", 10))
    encode_all(archive.store)
    with archive.writing():
        assert Ingestor(archive, ENCODER).encode_missing() == 0


def test_the_first_ingest_leaves_the_lexical_index_on_disk(archive: Archive, tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", [record("a1", "云湖大桥今日通车。")])
    ingest(archive, [path])
    assert not archive.lexical.in_memory
    again = LexicalIndex(archive.directory / "cache" / "lexical", archive.store.name)
    assert again.is_current(archive.store)
    assert len(again.reading().search(terms("通车"), 10)) == 1
