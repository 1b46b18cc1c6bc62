"""Every command in this process: what it prints where, its JSON, its exit code, and one clear sentence for errors."""

from __future__ import annotations

import json
import re
import signal
import socket
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from bot_samples import ARTICLES, BRIDGE, STEERING, Ran, write_jsonl
from filelock import FileLock

from bot import commands, wiring
from bot.channels.terminal import one_line, printable
from bot.cli import build_parser
from embeddings.encoder import load_encoder
from retrieval.ingest import Ingestor

Run = Callable[..., Ran]


def bodies(run: Run, data: Path) -> dict[str, str]:
    return {one["article_id"]: one["body"] for one in run("articles", "--json", "--full", "--data", data).json}


# -- what each command does


def test_ingest_reports_on_standard_output_and_goes_on_the_next_time(
    run: Run, articles_file: Path, tmp_path: Path
) -> None:
    data = tmp_path / "new" / "archive"
    first = run("ingest", articles_file, "--data", data)
    count = len(ARTICLES)
    expected = f"1 files read, 0 unchanged, 0 problems; articles: {count} added, 0 replaced, 0 unchanged, 0 removed; "
    assert (first.code, first.out) == (0, f"{expected}{count} vectors\n")
    assert first.err == f"The archive in {data} holds {count} articles in {count} passages.\n"
    second = run("ingest", articles_file, "--data", data)
    assert (second.code, second.out.split("; ")[0]) == (0, "0 files read, 1 unchanged, 0 problems")


def test_page_shows_what_is_known_of_each_article_and_masks_personal_numbers(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_text(
        "湘原日报 2023年5月16日 星期二 07\n\n云湖县稻田里多了三万尾鱼苗\n——稻渔种养见闻系列之三\n\n"
        "本报云湖5月14日讯（记者 贺长河）入夏以来，云湖县的稻田里放下三万尾鱼苗，咨询电话13912345678，农户都说好。",
        encoding="utf-8",
    )
    told = run("page", path, "--explain")
    assert told.code == 0
    assert "13912345678" not in told.out
    assert "139******78" in told.out
    for line in (
        "subtitle: 稻渔种养见闻系列之三",
        "published: 2023-05-16",
        "place: 云湖",
        "dates: 2023-05-14",
        "- lines 3-",
    ):
        assert line in told.out
    (article,) = run("page", path, "--json").json
    assert (article["published"], article["author"]) == ("2023-05-16", ["贺长河"])
    assert article["series"] == "稻渔种养见闻系列之三"
    assert "139******78" in article["body"]


def test_ingest_without_vectors_leaves_them_to_the_next(run: Run, articles_file: Path, tmp_path: Path) -> None:
    data = tmp_path / "archive"
    assert run("ingest", articles_file, "--data", data, "--no-vectors").out.endswith("; 0 vectors\n")
    found = run("search", "梅江二桥", "--data", data)
    assert found.code == 0
    assert "梅江二桥通车" in found.out
    assert found.err == "(0% of the archive has vectors so far)\n"
    assert run("ingest", articles_file, "--data", data).out.endswith(f"; {len(ARTICLES)} vectors\n")


def test_an_interrupt_that_is_lost_where_it_was_raised_still_ends_the_command(
    run: Run, articles_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = Ingestor._put

    def interrupted(*arguments: Any) -> Any:
        with suppress(KeyboardInterrupt):  # as in a finalizer
            signal.raise_signal(signal.SIGINT)
        return put(*arguments)

    monkeypatch.setattr(Ingestor, "_put", interrupted)
    ran = run("ingest", articles_file, "--data", tmp_path / "archive")
    assert (ran.code, ran.out) == (130, "")
    assert "the same command goes on from there" in ran.err
    assert len(bodies(run, tmp_path / "archive")) == 1


def test_articles(run: Run, filled: Path) -> None:
    listed = run("articles", "--json", "--data", filled)
    assert (listed.code, listed.err) == (0, "")
    assert len(listed.json) == len(ARTICLES) + 1
    for one in listed.json:
        assert {"article_id", "title", "subtitle", "author", "published", "source", "kind"} <= one.keys()
        assert "body" not in one
    bridge = next(one for one in listed.json if one["article_id"] == BRIDGE["id"])
    assert (bridge["author"], bridge["published"], bridge["kind"]) == (["王芳"], "2024-12-02", "news")
    assert len(run("articles", "--since", "2025-10-03", "--until", "2025-10", "--data", filled).out.splitlines()) == 14
    only = run("articles", "--source", "湘原晚报", "--data", filled)
    assert only.out == f"{BRIDGE['id']}\t2024-12-02\t湘原晚报\t梅江二桥通车\n"
    assert "大桥全长1860米" in run("articles", "--source", "湘原晚报", "--full", "--data", filled).out
    assert run("articles", "--source", "没有", "--json", "--data", filled).json == []


def test_search(run: Run, filled: Path) -> None:
    found = run("search", "竹山镇油茶", "--limit", 3, "--json", "--data", filled)
    assert (found.code, found.err) == (0, "")
    assert found.json.keys() == {"query", "vector_share", "missing_phrases", "hits"}
    assert [hit["title"] for hit in found.json["hits"]][:1] == ["竹山镇油茶丰收"]
    assert len(found.json["hits"]) == 3
    texts = bodies(run, filled)
    for hit in found.json["hits"]:
        about = {"article_id", "title", "published", "source"}
        assert hit.keys() == about | {"text", "start", "end", "score", "relevance", "also"}
        assert texts[hit["article_id"]][hit["start"] : hit["end"]] == hit["text"]
    nothing = run("search", "", "--data", filled)
    assert (nothing.code, nothing.out, nothing.err) == (0, "", "没有找到。 / Nothing found.\n")


def test_ask(run: Run, filled: Path) -> None:
    asked = run("ask", "梅江二桥全长多少米？", "--json", "--refuse-below", 0.01, "--data", filled)
    assert (asked.code, asked.err) == (0, "")
    answer = asked.json
    contract = {"question", "answer", "refused", "confidence", "citations", "latency_ms"}
    assert answer.keys() >= contract
    assert "1860米" in answer["answer"]
    assert answer["refused"] is False
    assert 0 <= answer["confidence"] <= 1
    texts = bodies(run, filled)
    for citation in answer["citations"]:
        assert citation.keys() == {"article_id", "title", "published", "source", "quote", "start", "end"}
        assert texts[citation["article_id"]][citation["start"] : citation["end"]] == citation["quote"]
    said = run("ask", "梅江二桥全长多少米？", "--refuse-below", 0.01, "--data", filled)
    assert said.out.startswith(answer["answer"] + "\n\n[1] 梅江二桥通车  2024-12-02  湘原晚报  桥 二号?#%2F\n    “")
    assert said.err == ""


def test_a_refusal_is_an_answer(run: Run, filled: Path) -> None:
    asked = run("ask", "梅江二桥全长多少米？", "--json", "--refuse-below", 1, "--language", "en", "--data", filled)
    assert asked.code == 0
    assert asked.json["refused"] is True
    assert asked.json["citations"] == []
    assert asked.json["nearest"][0].keys() == {"article_id", "title", "published", "source"}
    assert asked.json["answer"].startswith("The archive does not hold")


def test_an_empty_archive_says_so(run: Run, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    wiring.open_archive(wiring.Settings(data=empty), create=True).close()
    assert run("ask", "有什么？", "--data", empty).out == "档案还是空的，请先放入文章。\n"
    assert run("articles", "--json", "--data", empty).json == []


def test_remove(run: Run, copied: Path, articles_file: Path) -> None:
    assert run("remove", BRIDGE["id"], "--data", copied).out == "1 articles removed\n"
    again = run("remove", BRIDGE["id"], "--data", copied)
    assert (again.code, again.out) == (1, "0 articles removed\n")
    assert again.err.startswith(f"{BRIDGE['id']}: neither the id")
    assert "梅江" not in run("search", "梅江二桥", "--data", copied).out
    assert run("remove", articles_file.parent, "--data", copied).out == f"{len(ARTICLES) - 1} articles removed\n"


def test_remove_of_an_empty_name_removes_nothing(run: Run, articles_file: Path, tmp_path: Path) -> None:
    here = write_jsonl(Path.cwd() / "a.jsonl", ARTICLES)
    run("ingest", here, "--data", tmp_path / "archive")
    ran = run("remove", "harvest-1", "", "--data", tmp_path / "archive")
    assert ran.code == 2
    ran.says_once("empty name")
    assert len(bodies(run, tmp_path / "archive")) == len(ARTICLES)


def test_reembed(run: Run, copied: Path) -> None:
    assert run("reembed", "--data", copied).out == f"{len(ARTICLES) + 1} vectors made with hash:64\n"


def test_help_and_version(run: Run) -> None:
    assert re.fullmatch(r"wenbao \d+\.\d+\.\d+\n", run("--version").out)
    for command in _commands():
        ran = run(*([command, "list"] if command == "keys" else [command]), "--help")
        assert (ran.code, ran.err) == (0, "")
        assert "--data" in ran.out


def test_the_readmes_list_every_command(request: pytest.FixtureRequest) -> None:
    for name in ("README.md", "README.zh-CN.md"):
        text = (request.config.rootpath / name).read_text("utf-8")
        for command in _commands():
            assert re.search(rf"^\| *`wenbao {command}\b", text, re.MULTILINE), f"{name} has no row for {command}"


def _commands() -> list[str]:
    actions = build_parser()._subparsers
    assert actions is not None
    return list(actions._group_actions[0].choices or [])


# -- what an article cannot do to a terminal

CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@pytest.mark.parametrize(
    "arguments",
    [
        ("articles",),
        ("articles", "--full"),
        ("articles", "--full", "--json"),
        ("search", "钟楼修缮青砖"),
        ("search", "钟楼修缮青砖", "--json"),
        ("ask", "钟楼修缮用去多少青砖？", "--refuse-below", "0.01"),
        ("ask", "钟楼修缮用去多少青砖？", "--refuse-below", "1"),
        ("ask", "钟楼修缮用去多少青砖？\x1b[31m", "--refuse-below", "0.01", "--json"),
    ],
)
def test_no_control_character_reaches_the_terminal(run: Run, filled: Path, arguments: tuple[str, ...]) -> None:
    ran = run(*arguments, "--data", filled)
    assert ran.code == 0
    assert "红灯" in ran.out
    assert not CONTROLS.search(ran.out + ran.err)
    if "--json" not in arguments:
        assert "\n桥\t下" not in ran.out  # a title stays in its line
        assert "桥 下" in ran.out


def test_json_means_the_same_for_all_that(run: Run, filled: Path) -> None:
    assert bodies(run, filled)[STEERING.article_id] == STEERING.body


def test_nor_does_a_files_name_or_an_argument(run: Run, tmp_path: Path) -> None:
    bad = tmp_path / "坏\x1b[31m.txt"
    bad.write_bytes(b"")
    for arguments in (["ingest", bad], ["ingest", "没有\x1b[2J"], ["\x1b[2J"], ["articles", "--data", "\x9b2J\x1b"]):
        ran = run(*arguments)
        assert ran.code in (1, 2)
        assert not CONTROLS.search(ran.err)


def test_printable() -> None:
    assert printable("a\x1b[0m\tb\n\r\x9b\u202ec\ud800𠮷") == "a[0m\tb\nc\ufffd𠮷"
    assert one_line(" 标\n题\t二\x1b ") == "标 题 二"


# -- what can be wrong


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], ["COMMAND"]),
        (["asks"], ["asks", "ingest"]),
        (["ask"], ["question"]),
        (["ask", "a", "--loud"], ["--loud"]),
        (["ask", "a", "--dat", "x"], ["--dat"]),
        (["search", "a", "--limit", "0"], ["--limit", "1 to 1000"]),
        (["search", "a", "--limit", "x"], ["--limit", "1 to 1000"]),
        (["search", "a", "--limit", "1000000000000"], ["--limit", "1 to 1000"]),
        (["search", "a", "--since", "gestern"], ["'gestern'", "2025-05-16"]),
        (["articles", "--until", "2025-13"], ["'2025-13'"]),
        (["articles", "--since", "2025", "--until", "2024"], ["2025", "2024"]),
        (["ask", "a", "--since", "2025-02-30"], ["'2025-02-30'"]),
        (["ask", "a", "--refuse-below", "2"], ["refuse_below", "between 0 and 1"]),
        (["ask", "a", "--language", "fr"], ["--language", "fr"]),
        (["serve", "--port", "70000"], ["port", "65535"]),
        (["articles", "--data", ""], ["data", "a path"]),
        (["articles", "--config", "missing.toml"], ["missing.toml"]),
        (["ingest", "没有这个文件.txt"], ["没有这个文件.txt"]),
        (["eval", "missing.jsonl"], ["missing.jsonl"]),
    ],
)
def test_wrong_arguments(run: Run, filled: Path, arguments: list[str], said: list[str]) -> None:
    ran = run(*arguments, *([] if "--data" in arguments or not arguments[1:] else ["--data", filled]))
    assert ran.code == 2
    ran.says_once("wenbao: ", *said)


def test_unknown_settings_stop_every_command(
    run: Run, filled: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WENBAO_PROT", "1")
    ran = run("articles", "--data", filled)
    assert ran.code == 2
    ran.says_once("'prot'", "WENBAO_PROT", "port")
    monkeypatch.delenv("WENBAO_PROT")
    Path("wenbao.toml").write_text("prot = 1")
    ran = run("articles", "--data", filled)
    assert ran.code == 2
    ran.says_once("'prot'", "wenbao.toml")


@pytest.mark.parametrize("question", ["", "  　 ", "长" * 1001])
def test_questions_that_cannot_be_asked(run: Run, filled: Path, question: str) -> None:
    ran = run("ask", question, "--data", filled)
    assert ran.code == 2
    ran.says_once("问题")


@pytest.mark.parametrize(
    "command", [["ask", "a"], ["articles"], ["search", "a"], ["chat"], ["remove", "a"], ["reembed"]]
)
def test_a_missing_archive(run: Run, tmp_path: Path, command: list[str]) -> None:
    ran = run(*command, "--data", tmp_path / "none")
    assert ran.code == 1
    ran.says_once("There is no archive", "wenbao ingest")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("command", [["ask", "a"], ["articles"], ["ingest"], ["serve", "--port", "0"], ["doctor"]])
def test_data_that_is_a_file(run: Run, articles_file: Path, command: list[str]) -> None:
    if command == ["ingest"]:
        command = ["ingest", str(articles_file)]
    before = articles_file.read_bytes()
    ran = run(*command, "--data", articles_file)
    assert ran.code == 2
    ran.says_once("is a file")
    assert articles_file.read_bytes() == before


@pytest.mark.parametrize("damage", [b"not a database at all" * 100, b"", b"SQLite format 3\x00" + b"\x07" * 5000])
def test_a_damaged_database(run: Run, copied: Path, damage: bytes, articles_file: Path) -> None:
    database = copied / "archive.sqlite3"
    for beside in copied.glob("archive.sqlite3-*"):
        beside.unlink()
    database.write_bytes(damage)
    for command in (["ask", "a"], ["articles"]):
        ran = run(*command, "--data", copied)
        assert ran.code == 1
        ran.says_once(str(copied))
    if damage:
        assert run("ingest", articles_file, "--data", copied).code == 1
        assert database.read_bytes() == damage  # nothing of what could be rescued is lost


def test_damage_in_the_middle_of_a_database(run: Run, copied: Path) -> None:
    database = copied / "archive.sqlite3"
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    content = bytearray(database.read_bytes())
    for page in range(1, len(content) // 4096):
        content[page * 4096 : page * 4096 + 300] = b"\xa5" * 300
    database.write_bytes(content)
    ran = run("articles", "--full", "--data", copied)
    assert ran.code == 1
    ran.says_once("malformed")
    examined = run("doctor", "--json", "--data", copied)
    assert examined.code == 1
    assert next(one["name"] for one in examined.json if not one["ok"]) in ("archive", "database")


@pytest.mark.parametrize("spec", ["onnxx", "onnx:x", "openai:no-address", "sentence-transformers:"])
def test_a_wrong_encoder(run: Run, articles_file: Path, tmp_path: Path, spec: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(wiring, "load_encoder", load_encoder)
    ran = run("ingest", articles_file, "--encoder", spec, "--data", tmp_path / "new")
    assert ran.code == (2 if spec.startswith("onnx") or spec.endswith(":") else 1)
    ran.says_once(spec.partition(":")[0])
    assert not (tmp_path / "new").exists()


def test_another_encoder_than_the_archives(run: Run, copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with sqlite3.connect(copied / "archive.sqlite3") as connection:
        connection.execute("UPDATE meta SET value = 'other:1' WHERE key = 'encoder'")
    connection.close()
    for command in (["ask", "a"], ["ingest", __file__]):
        ran = run(*command, "--data", copied)
        assert ran.code == 1
        ran.says_once("other:1", "hash:64", "wenbao reembed")
    checks = {one["name"]: one for one in run("doctor", "--json", "--data", copied).json}
    assert checks["vectors"]["ok"] is False
    assert "wenbao reembed" in checks["vectors"]["remedy"]
    assert run("reembed", "--data", copied).code == 0
    assert run("ask", "梅江二桥？", "--data", copied).code == 0


def test_files_that_cannot_be_taken_in(run: Run, copied: Path, tmp_path: Path) -> None:
    before = bodies(run, copied)
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "empty.txt").write_bytes(b"")
    (bad / "one-line.txt").write_bytes("新".encode() * (100 * 10**6 // 3))
    (bad / "broken.jsonl").write_text('{"body": \n[1, 2]\n"text"\n')
    (bad / "picture.txt").write_bytes(bytes(range(256)) * 40)
    (bad / "named.exe").write_bytes(b"MZ")
    for name, reason in (
        ("empty.txt", "empty"),
        ("one-line.txt", "over the limit of 64"),
        ("broken.jsonl", "line 1"),
        ("picture.txt", "not taken in"),
        ("named.exe", "suffix"),
    ):
        ran = run("ingest", bad / name, "--data", copied)
        assert ran.code == 1, ran.err
        assert name in ran.err
        assert reason in ran.err
        assert "Traceback" not in ran.err
        assert ran.out.startswith("0 files read, 0 unchanged, ")
    write_jsonl(bad / "good.jsonl", [{"id": "good", "body": "好文章一篇。"}])
    (bad / "one-line.txt").unlink()
    ran = run("ingest", bad, "--data", copied)
    assert ran.code == 3
    assert ran.out.startswith("1 files read, 0 unchanged, ")
    assert bodies(run, copied) == before | {"good": "好文章一篇。"}


def test_a_folder_without_anything_to_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "folder" / ".git").mkdir(parents=True)
    (tmp_path / "folder" / "a.exe").write_bytes(b"MZ")
    (tmp_path / "folder" / ".git" / "a.txt").write_text("正文")
    ran = run("ingest", tmp_path / "folder", "--data", tmp_path / "archive")
    assert ran.code == 2
    ran.says_once("No readable file")
    assert not (tmp_path / "archive").exists()


def test_questions_are_no_articles(run: Run, tmp_path: Path) -> None:
    file = write_jsonl(tmp_path / "q.jsonl", [{"question": "一？", "answers": []}])
    ran = run("ingest", file, "--data", tmp_path / "archive")
    assert ran.code == 0
    assert "left out: 1 file(s) of questions" in ran.err


def test_a_second_writer_waits_and_then_gives_up(
    run: Run, copied: Path, articles_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "WAIT_FOR_WRITER_S", 0.2)
    before = bodies(run, copied)
    with FileLock(copied / "writer.lock"):
        for command in (["ingest", articles_file], ["remove", BRIDGE["id"]], ["reembed"]):
            ran = run(*command, "--data", copied)
            assert (ran.code, ran.out) == (1, "")
            waiting, error = ran.err.splitlines()
            assert "waiting" in waiting
            assert "Another process is writing" in error
        assert run("ask", "梅江二桥全长多少米？", "--data", copied).code == 0
    assert bodies(run, copied) == before
    assert run("remove", BRIDGE["id"], "--data", copied).code == 0


def test_a_port_that_is_taken(run: Run, filled: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = run("serve", "--port", port, "--data", filled)
    assert ran.code == 2
    ran.says_once(str(port), "--port", "Address already in use")


@pytest.mark.parametrize("host", ["no.such.host.invalid", "a" * 80, "203.0.113.1"])
def test_an_address_that_is_not_ours(run: Run, filled: Path, host: str) -> None:
    ran = run("serve", "--host", host, "--port", 0, "--data", filled)
    assert ran.code == 2
    ran.says_once(f"Cannot listen on {host}")


# -- doctor


def test_doctor(run: Run, filled: Path, tmp_path: Path) -> None:
    healthy = run("doctor", "--json", "--data", filled)
    assert (healthy.code, healthy.err) == (0, "")
    names = [one["name"] for one in healthy.json]
    assert names == ["encoder", "reader", "database", "articles", "lexical index", "caches", "disk space", "vectors"]
    assert all(one.keys() == {"name", "ok", "detail", "remedy"} and one["ok"] for one in healthy.json)
    text = run("doctor", "--data", filled).out
    assert len(re.findall("^ok  ", text, re.MULTILINE)) == 8
    missing = run("doctor", "--json", "--data", tmp_path / "none")
    assert missing.code == 1
    assert [(one["name"], one["ok"]) for one in missing.json] == [
        ("encoder", True),
        ("reader", True),
        ("archive", False),
    ]
    assert "wenbao ingest" in missing.json[2]["remedy"]
    assert "FAIL  archive: " in run("doctor", "--data", tmp_path / "none").out


def test_doctor_of_missing_vectors_and_a_wrong_encoder(
    run: Run, articles_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "archive"
    run("ingest", articles_file, "--no-vectors", "--data", data)
    vectors = run("doctor", "--json", "--data", data).json[-1]
    assert (vectors["ok"], vectors["detail"]) == (False, f"0 of {len(ARTICLES)} passages have one")
    monkeypatch.setattr(wiring, "load_encoder", load_encoder)
    examined = run("doctor", "--json", "--encoder", "nonsense", "--data", data)
    assert examined.code == 1
    assert examined.json[0]["name"] == "encoder"
    assert "'nonsense'" in examined.json[0]["remedy"]


# -- signals


def test_an_interrupted_command_says_only_what_is_true(
    run: Run, filled: Path, copied: Path, articles_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(spec: str, threads: int) -> None:
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(wiring, "load_encoder", interrupted)
    asked = run("ask", "a", "--data", filled)
    assert (asked.code, asked.out, asked.err) == (130, "", "wenbao: interrupted\n")
    taken_in = run("ingest", articles_file, "--data", copied)
    assert taken_in.code == 130
    taken_in.says_once("interrupted", "the same command goes on")


# -- JSON


def test_bytes_of_a_terminal_that_are_no_text(run: Run, filled: Path) -> None:
    asked = run("ask", "桥\udcff？", "--json", "--data", filled)
    assert asked.code == 0
    assert json.loads(asked.out)["question"] == "桥\udcff？"
