"""`wenbao`: the command line.

Exit codes: 0 done; 1 it could not be done; 2 the command, a path or a setting is wrong; 3 done in part (some files
were not taken in); 130 interrupted.
"""

from __future__ import annotations

import argparse
import io
import os
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import NoReturn

from bot import commands
from bot import key_commands as keys
from bot.assistant import QuestionError
from bot.evaluation.questions import QuestionFileError
from bot.keys import SCOPES, KeyNameError
from bot.settings import Settings, SettingsError, load_settings
from embeddings import EncoderError
from embeddings.encoder import EncoderSpecError
from retrieval.backup import BackupError
from retrieval.errors import ArchiveError
from retrieval.formats import FormatError
from retrieval.ingest import NothingToReadError

_USAGE_ERRORS = (
    EncoderSpecError,
    SettingsError,
    NothingToReadError,
    QuestionFileError,
    QuestionError,
    KeyNameError,
    commands.UsageError,
)
_FAILURES = (ArchiveError, BackupError, EncoderError, FormatError, OSError, sqlite3.Error)
MOST_HITS = 1000


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        commands.say(f"wenbao: {message} (see: {self.prog} --help)")
        raise SystemExit(commands.USAGE)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    _prepare_streams()
    code = _run(argv)
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read us has gone, and has what it wanted
        code = code or commands.FAILED
        _discard_output()
    except OSError as error:
        commands.say(f"wenbao: {_reason(error)}")
        code = commands.FAILED
        _discard_output()
    return code


def _run(argv: Sequence[str] | None) -> int:
    try:
        arguments = build_parser().parse_args(argv)
    except SystemExit as exit_:  # --help and --version print too
        return int(exit_.code or 0)
    try:
        settings = load_settings(_overrides(arguments), config=arguments.config)
        commands.stop_on_signals()
        return int(arguments.run(arguments, settings))
    except KeyboardInterrupt:
        goes_on = "; what was taken in stays, and the same command goes on from there" if arguments.goes_on else ""
        commands.say(f"wenbao: interrupted{goes_on}")
        return commands.INTERRUPTED
    except _USAGE_ERRORS as error:
        commands.say(f"wenbao: {error}")
        return commands.USAGE
    except _FAILURES as error:
        if not isinstance(error, BrokenPipeError):
            commands.say(f"wenbao: {_reason(error)}")
        return commands.FAILED


def _prepare_streams() -> None:
    """Let every text be written and read: what a terminal's encoding lacks becomes an escape, and never an error."""
    if sys.stdin is None:  # the three are None where the caller closed them
        sys.stdin = open(os.devnull)  # noqa: SIM115
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    for stream, errors in ((sys.stdin, "replace"), (sys.stdout, "backslashreplace"), (sys.stderr, "backslashreplace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)


def _discard_output() -> None:
    """What is still in the buffer goes nowhere, so that the interpreter does not complain of it at its end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    if isinstance(error, sqlite3.Error):
        return f"The archive's database reports: {error}. Check it with: wenbao doctor"
    return str(error)


def _overrides(arguments: argparse.Namespace) -> dict[str, object]:
    return {name: getattr(arguments, name, None) for name in Settings.__dataclass_fields__}


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    about = "Ask an archive of newspaper articles; every answer quotes its sentence."
    parser: argparse.ArgumentParser = _Parser(prog="wenbao", description=about, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"wenbao {metadata.version('wenbao')}")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data", metavar="DIR", help="the archive's directory (WENBAO_DATA)")
    common.add_argument("--config", type=Path, metavar="FILE", help="a settings file (default: ./wenbao.toml)")
    common.add_argument("--encoder", metavar="SPEC", help="onnx, sentence-transformers:NAME or openai:MODEL@URL")
    common.add_argument("--threads", type=int, metavar="N", help="CPU threads (default: all cores)")
    choose = argparse.ArgumentParser(add_help=False)
    choose.add_argument("--since", metavar="DATE", help="published on or after: 2025, 2025-05 or 2025-05-16")
    choose.add_argument("--until", metavar="DATE", help="published on or before")
    choose.add_argument("--source", metavar="NAME", help="published by")
    answering = argparse.ArgumentParser(add_help=False)
    answering.add_argument("--language", choices=["auto", "zh", "en"], help="language of our own words in answers")
    answering.add_argument("--refuse-below", type=float, metavar="P", help="refuse below this confidence, 0..1")
    answering.add_argument("--passages", type=int, metavar="N", help="passages to read for an answer")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, run: object, text: str, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser:
        one = subparsers.add_parser(name, help=text, description=text, parents=[common, *parents], allow_abbrev=False)
        one.set_defaults(run=run, goes_on=name in ("ingest", "reembed"))
        return one

    _add_writing(command)
    _add_reading(command, choose, answering)
    text = "make, list and revoke keys of the HTTP API"
    one = subparsers.add_parser("keys", help=text, description=text, allow_abbrev=False)
    one.set_defaults(goes_on=False)
    _add_keys(one, common)
    return parser


def _add_writing(command: Callable[..., argparse.ArgumentParser]) -> None:
    """The commands that change an archive, or write files."""
    one = command("ingest", commands.ingest, "take files and folders into the archive")
    one.add_argument("paths", nargs="+", metavar="PATH")
    one.add_argument("--no-page-split", action="store_true", help="take a text or PDF page in as one article")
    one.add_argument("--no-vectors", action="store_true", help="only make it searchable by words; vectors later")
    one = command("page", commands.page, "show how a newspaper page is split into articles")
    one.add_argument("file", metavar="FILE")
    one.add_argument("--explain", action="store_true", help="with the evidence for each decision")
    one.add_argument("--json", action="store_true")
    one = command("remove", commands.remove, "remove articles by id, or all that a file or folder brought")
    one.add_argument("targets", nargs="+", metavar="ID_OR_PATH")
    command("reembed", commands.reembed, "make all vectors anew with the encoder that is set")
    one = command("backup", commands.backup, "write the whole archive to one file, also while it is served")
    one.add_argument("file", metavar="FILE")
    one.add_argument("--overwrite", action="store_true", help="replace FILE where it is there already")
    one = command("export-model", commands.export_model, "write the packaged model for sentence-transformers")
    one.add_argument("directory", metavar="DIR")


def _add_keys(parser: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)

    def action(name: str, run: object, text: str) -> argparse.ArgumentParser:
        one = actions.add_parser(name, help=text, description=text, parents=[common], allow_abbrev=False)
        one.set_defaults(run=run)
        return one

    one = action("create", keys.create, "make a key, and show it this once")
    one.add_argument("name", metavar="NAME")
    one.add_argument("--scope", choices=SCOPES, default="ask", help="ask (and read) or admin: everything")
    one = action("list", keys.show, "list the keys")
    one.add_argument("--json", action="store_true")
    one = action("revoke", keys.revoke, "let a key open nothing more")
    one.add_argument("name", metavar="NAME")


def _add_reading(
    command: Callable[..., argparse.ArgumentParser],
    choose: argparse.ArgumentParser,
    answering: argparse.ArgumentParser,
) -> None:
    """The commands that only read an archive."""
    one = command("articles", commands.articles, "list the articles", choose)
    one.add_argument("--json", action="store_true", help="as a JSON array")
    one.add_argument("--full", action="store_true", help="with their text")
    one = command("search", commands.search, "find passages", choose)
    one.add_argument("query")
    one.add_argument("--limit", type=_limit, default=10, metavar="N", help="how many (default: 10)")
    one.add_argument("--json", action="store_true")
    one = command("ask", commands.ask, "answer one question", choose, answering)
    one.add_argument("question")
    one.add_argument("--json", action="store_true")
    one.add_argument("--explain", action="store_true", help="also print the signals behind the confidence")
    command("chat", commands.chat, "talk at the terminal", answering)
    one = command("serve", commands.serve, "serve the chat page and the HTTP API", answering)
    one.add_argument("--host", metavar="ADDRESS", help="address to listen on (default: 127.0.0.1)")
    one.add_argument("--port", type=int, metavar="N", help="port to listen on (default: 8642; 0: any)")
    one.add_argument(
        "--public", action="store_true", default=None, help="answer others than this machine without a key"
    )
    command("telegram", commands.telegram, "answer in Telegram (docs/telegram.md)", answering)
    one = command("eval", commands.run_evaluation, "ask a file of questions and measure", answering)
    one.add_argument("questions", metavar="QUESTIONS.jsonl")
    one.add_argument("--json", metavar="OUT", help="write metrics and results to this file")
    one.add_argument("--html", metavar="OUT", help="write a page to read to this file")
    one = command("doctor", commands.doctor, "check the installation and the archive")
    one.add_argument("--repair", action="store_true", help="make anew what can be: indexes, and vectors that are wrong")
    one.add_argument("--json", action="store_true")


def _limit(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if not 1 <= number <= MOST_HITS:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 to {MOST_HITS}, not {text!r}")
    return number


if __name__ == "__main__":
    sys.exit(main())
