"""What each command of `wenbao` does. Answers go to standard output, everything else to standard error."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from tqdm import tqdm

from bot import wiring
from bot.answer import Answer, Question
from bot.channels import terminal
from bot.evaluation.questions import read_questions
from bot.evaluation.run import evaluate
from bot.serialization import answer_to_json, article_to_json, json_text, search_to_json
from bot.settings import Settings, SettingsError
from retrieval.archive import Archive
from retrieval.errors import ArchiveBusyError
from retrieval.filters import Filters
from retrieval.formats import DocumentProblem, read_documents
from retrieval.ingest import Ingestor, Report, find_files
from retrieval.mentions import dates_of, place_of
from retrieval.page.page_article import PageArticle
from retrieval.page.read import read_page, title_or_beginning
from retrieval.privacy import mask
from retrieval.search import Searcher

OK, FAILED, USAGE, PARTLY, INTERRUPTED = 0, 1, 2, 3, 130
interrupted = threading.Event()
"""Set by SIGINT and SIGTERM; see `stop_on_signals`."""
WAIT_FOR_WRITER_S = 10.0  # a server that makes vectors holds the lock for a batch of them, some 3 s


class UsageError(Exception):
    """The command line asks for something that cannot be; the message says what."""


def say(text: str) -> None:
    """A line for the person at the terminal."""
    print(terminal.printable(text), file=sys.stderr)


def print_json(value: Any) -> None:
    """JSON to standard output."""
    print(json_text(value))


@contextmanager
def progress_bar(total: int, unit: str) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, nothing elsewhere."""
    with tqdm(total=total, unit=unit, disable=not sys.stderr.isatty(), file=sys.stderr, leave=False) as bar:

        def advance(done: int) -> None:
            bar.update(done)

        yield advance


@contextmanager
def opened(settings: Settings, *, create: bool = False) -> Iterator[Archive]:
    """The archive, closed again at the end."""
    archive = wiring.open_archive(settings, create=create)
    try:
        yield archive
    finally:
        archive.close()


@contextmanager
def writing(archive: Archive) -> Iterator[None]:
    """Hold the writer's lock, waited for if another process has it. Raises ArchiveBusyError."""
    with ExitStack() as stack:
        try:
            stack.enter_context(archive.writing())
        except ArchiveBusyError:
            say(f"Another process is writing to the archive; waiting up to {WAIT_FOR_WRITER_S:.0f} s for it.")
            stack.enter_context(archive.writing(WAIT_FOR_WRITER_S))
        yield


def filters_of(arguments: argparse.Namespace) -> Filters:
    """The filters given on the command line. Raises UsageError."""
    try:
        return Filters(arguments.since, arguments.until, arguments.source)
    except ValueError as error:
        raise UsageError(str(error)) from None


# -- writing ----------------------------------------------------------------------------------------------------


def ingest(arguments: argparse.Namespace, settings: Settings) -> int:
    """Take in files; text first, then vectors."""
    if not all(arguments.paths):  # as a path it would be the working directory, with all that is in it
        raise UsageError("An empty name reads nothing; give files or folders.")
    files = find_files([Path(path) for path in arguments.paths])
    encoder = wiring.open_encoder(settings)
    with opened(settings, create=True) as archive, writing(archive):
        ingestor = Ingestor(archive, encoder, split_pages=not arguments.no_page_split)
        with progress_bar(len(files), "file") as advance:
            report = ingestor.read(files, lambda _: advance(1), interrupted)
        _heed_interruption()
        if not arguments.no_vectors:
            report.vectors = _encode(ingestor, archive)
        counts = archive.store.counts()
    _print_report(report)
    say(f"The archive in {settings.data} holds {counts.articles} articles in {counts.passages} passages.")
    taken = report.files + report.unchanged_files + report.question_files
    if report.problems:
        return PARTLY if taken else FAILED
    return OK


def _encode(ingestor: Ingestor, archive: Archive) -> int:
    counts = archive.store.counts()
    with progress_bar(counts.passages - counts.vectors, "passage") as advance:
        done = ingestor.encode_missing(advance, interrupted)
    _heed_interruption()
    return done


def _print_report(report: Report) -> None:
    for problem in report.problems:
        say(f"not taken in: {problem.path}: {problem.reason}")
    if report.question_files:
        say(f"left out: {report.question_files} file(s) of questions for wenbao eval")
    print(
        f"{report.files} files read, {report.unchanged_files} unchanged, {len(report.problems)} problems; articles: "
        f"{report.added} added, {report.replaced} replaced, {report.unchanged} unchanged, {report.removed} removed; "
        f"{report.vectors} vectors"
    )


def remove(arguments: argparse.Namespace, settings: Settings) -> int:
    """Remove articles by id, or everything that files brought."""
    if not all(arguments.targets):  # as a path it would be the working directory, with all that is in it
        raise UsageError("An empty name removes nothing; give the id of an article, or a file or folder.")
    with opened(settings) as archive, writing(archive):
        missing, removed = [], 0
        for target in arguments.targets:
            count = int(archive.store.remove_article(target)) or _remove_files(archive, Path(target))
            removed += count
            if not count:
                missing.append(target)
        archive.store.flush()
        archive.sync_lexical(compact=True)
    print(f"{removed} articles removed")
    for target in missing:
        say(f"{target}: neither the id of an article nor a file or folder that was read; see: wenbao articles")
    return FAILED if missing else OK


def _remove_files(archive: Archive, path: Path) -> int:
    resolved = path.resolve()
    documents = [one for one in archive.store.document_paths() if Path(one).is_relative_to(resolved)]
    return sum(archive.store.remove_document(one) for one in documents)


def reembed(arguments: argparse.Namespace, settings: Settings) -> int:
    """Make all vectors anew with the encoder that is set."""
    del arguments
    encoder = wiring.open_encoder(settings)
    with opened(settings) as archive, writing(archive):
        if archive.store.meta("reembedding") != encoder.identity:  # else an earlier run was interrupted: go on
            archive.store.clear_vectors(encoder.identity)
            archive.store.set_meta("reembedding", encoder.identity)
        made = _encode(Ingestor(archive, encoder), archive)
        archive.store.set_meta("reembedding", "")
    print(f"{made} vectors made with {encoder.identity}")
    return OK


def backup(arguments: argparse.Namespace, settings: Settings) -> int:
    """Write the whole archive to one file, while others use it."""
    from retrieval.backup import back_up

    path = Path(arguments.file)
    done = 0
    with opened(settings) as archive, tqdm(unit="page", disable=not sys.stderr.isatty(), leave=False) as bar:

        def progress(pages: int, total: int) -> None:
            nonlocal done
            bar.total = total
            bar.update(pages - done)
            done = pages

        size_bytes = back_up(archive.store, path, overwrite=arguments.overwrite, progress=progress)
    print(f"{terminal.printable(str(path))}: {size_bytes} bytes")
    return OK


def export_model(arguments: argparse.Namespace, settings: Settings) -> int:
    """Write the packaged model as a directory for sentence-transformers."""
    from embeddings.export import export_sentence_transformer

    del settings
    export_sentence_transformer(Path(arguments.directory))
    print(arguments.directory)
    return OK


def page(arguments: argparse.Namespace, settings: Settings) -> int:
    """Show how a page is split."""
    shown = mask if settings.personal_numbers == "masked" else str
    path = Path(arguments.file)
    if not path.is_file():
        raise UsageError(f"No such file: {terminal.printable(arguments.file)}")
    found = list(_pages(path))
    if arguments.json:
        print_json([_page_article(one, published, shown) for one, published in found])
        return OK
    for number, (one, published) in enumerate(found, 1):
        names = "、".join(one.author)
        print(terminal.printable(f"{number}. {shown(title_or_beginning(one))}  [{one.kind}, {len(one.body)}]  {names}"))
        for name, lines in _described(one, published):
            for line in lines:
                print(terminal.printable(f"   {name}: {shown(line)}"))
        body = shown(one.body)
        print(terminal.printable(f"   {body[:60]} … {body[-30:]}".replace("\n", " ")))
        for line in one.evidence if arguments.explain else ():
            print(terminal.printable(f"   - {line}"))
    return OK


def _described(one: PageArticle, published: str | None) -> list[tuple[str, Sequence[str]]]:
    """What is known of an article of a page beside its headline, authors and text."""
    found: list[tuple[str, Sequence[str]]] = [
        ("subtitle", [one.subtitle]),
        ("series", [one.series]),
        ("published", [published or ""]),
        ("place", [place_of(one.body)]),
        ("dates", [" ".join(dates_of(one.body, published))]),
        ("heading", one.headings),
        ("caption", one.captions),
    ]
    return [(name, [line for line in lines if line]) for name, lines in found]


def _pages(path: Path) -> Iterator[tuple[PageArticle, str | None]]:
    for item in read_documents(path):
        if isinstance(item, DocumentProblem):
            say(f"{item.locator}: {item.reason}")
        elif item.is_page:
            yield from ((one, item.published) for one in read_page(item.body, item.headline_lines))
        else:
            say(f"{item.title or item.locator}: already one article; only text and PDF pages are split")


def _page_article(one: PageArticle, published: str | None, shown: Callable[[str], str]) -> dict[str, Any]:
    return {
        "title": shown(one.title),
        "subtitle": shown(one.subtitle),
        "series": one.series,
        "author": list(one.author),
        "kind": one.kind,
        "published": published,
        "place": place_of(one.body),
        "dates": list(dates_of(one.body, published)),
        "headings": [shown(line) for line in one.headings],
        "captions": [shown(line) for line in one.captions],
        "body": shown(one.body),
        "evidence": list(one.evidence),
    }


# -- reading ----------------------------------------------------------------------------------------------------


def articles(arguments: argparse.Namespace, settings: Settings) -> int:
    """List the articles."""
    filters = filters_of(arguments)
    with opened(settings) as archive:
        found = list(archive.store.articles(filters))
    if arguments.json:
        print_json([article_to_json(article, full=arguments.full) for article in found])
    else:
        terminal.print_articles(found, full=arguments.full)
    return OK


def search(arguments: argparse.Namespace, settings: Settings) -> int:
    """Search for passages."""
    filters = filters_of(arguments)
    with opened(settings) as archive:
        result = Searcher(archive, wiring.open_encoder(settings)).search(
            arguments.query, limit=arguments.limit, filters=filters
        )
    if arguments.json:
        print_json(search_to_json(arguments.query, result))
    else:
        terminal.print_hits(result)
    return OK


def ask(arguments: argparse.Namespace, settings: Settings) -> int:
    """Answer one question."""
    filters = filters_of(arguments)
    with opened(settings) as archive:
        searcher = Searcher(archive, wiring.open_encoder(settings))
        answer = wiring.build_assistant(settings, archive, searcher).answer(
            Question(arguments.question), filters=filters
        )
    if arguments.json:
        print_json(answer_to_json(answer) | ({"signals": dict(answer.signals)} if arguments.explain else {}))
    else:
        terminal.print_answer(answer)
        if arguments.explain:
            _print_signals(answer)
    return OK


def _print_signals(answer: Answer) -> None:
    print(f"\nconfidence {answer.confidence:.3f}")
    for name, value in answer.signals.items():
        print(f"  {name:<12} {value:7.3f}")


def chat(arguments: argparse.Namespace, settings: Settings) -> int:
    """Talk at the terminal."""
    del arguments
    with opened(settings) as archive:
        searcher = Searcher(archive, wiring.open_encoder(settings))
        terminal.chat(wiring.build_assistant(settings, archive, searcher))
    return OK


def run_evaluation(arguments: argparse.Namespace, settings: Settings) -> int:
    """Ask a file of questions and measure."""
    questions = read_questions(Path(arguments.questions))
    for out in filter(None, (arguments.json, arguments.html)):
        _require_writable(Path(out))
    with opened(settings) as archive:
        searcher = Searcher(archive, wiring.open_encoder(settings))
        assistant = wiring.build_assistant(settings, archive, searcher)
        with progress_bar(len(questions), "question") as advance:
            report = evaluate(assistant, questions, advance)
    if arguments.json:
        _write(Path(arguments.json), json_text(report, indent=1))
    if arguments.html:
        from bot.evaluation.page import render

        _write(Path(arguments.html), render(report))
    print_json(report["metrics"])
    return OK


def _require_writable(path: Path) -> None:
    """Find out before an hour of questions, not after. Raises SettingsError."""
    if path.is_dir() or not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise SettingsError(f"{path} cannot be written; name a file in a folder that exists and can be written.")


def _write(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.new")
    temporary.write_text(text, "utf-8", errors="replace")
    os.replace(temporary, path)


def serve(arguments: argparse.Namespace, settings: Settings) -> int:
    """Serve the chat page and the HTTP API until stopped."""
    from bot.channels.server import run

    del arguments
    return run(settings)


def telegram(arguments: argparse.Namespace, settings: Settings) -> int:
    """Answer in Telegram until stopped."""
    from bot.channels.telegram.program import run

    del arguments
    return run(settings)


def doctor(arguments: argparse.Namespace, settings: Settings) -> int:
    """Check everything, each with its remedy."""
    from bot.doctor import examine

    checks = examine(settings, repair=arguments.repair)
    if arguments.json:
        print_json([{"name": one.name, "ok": one.ok, "detail": one.detail, "remedy": one.remedy} for one in checks])
    else:
        for one in checks:
            print(f"{'ok  ' if one.ok else 'FAIL'}  {one.name}: {one.detail}")
            if one.remedy:
                print(f"      {one.remedy}")
    return OK if all(one.ok for one in checks) else FAILED


def stop_on_signals() -> None:
    """Let SIGTERM end a command as Ctrl-C does, so that what was committed is left in order.

    Both also set `interrupted`: an exception raised between two steps of the interpreter is lost where that is a
    finalizer or a library's callback. SIGINT stays ignored in what a shell script started with `&`.
    """

    def interrupt(number: int, frame: FrameType | None) -> None:
        interrupted.set()
        raise KeyboardInterrupt

    interrupted.clear()
    signal.signal(signal.SIGTERM, interrupt)
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, interrupt)


def _heed_interruption() -> None:
    if interrupted.is_set():
        raise KeyboardInterrupt
