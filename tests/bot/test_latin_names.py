from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from fakes import HashEncoder

from bot.composers.evidence import find_evidence
from bot.composers.specifics import named, specifics
from bot.composers.whole_question import Place, wholeness
from bot.conversation import Standalone
from bot.latin_names import GLOSSARY, PINYIN, glossary, in_characters, in_chinese, is_in_latin, latin_names
from bot.settings import Settings
from bot.wiring import build_assistant
from retrieval.archive import Archive
from retrieval.hit import Hit
from retrieval.ingest import Ingestor
from retrieval.passage import Passage
from retrieval.search import Searcher


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("How many lights has Lanshan County put up?", ["lanshan"]),
        ("How old was the maker Peng Dehou when he died?", ["peng dehou"]),
        ("When did the Changsha–Zhuzhou railway open?", ["changsha", "zhuzhou"]),
        ("By how much did Shaoyang's trade grow in January?", ["shaoyang"]),
        ("Did Li Na win in China?", ["li na"]),
        ("How many people came?", []),
        ("Tianxin has how many grid members?", []),  # the first word is always capitalized
        ("What did the Water Resources Bureau say?", []),
    ],
)
def test_names_made_of_syllables(question: str, names: list[str]) -> None:
    assert latin_names(question) == names


def test_names_in_characters() -> None:
    texts = ["蓝山县新装路灯。", "制秤匠人彭德厚去世，德厚的徒弟来了。"]
    assert in_characters(["lanshan", "peng dehou"], texts) == {"lanshan": "蓝山", "peng dehou": "彭德厚"}
    assert in_characters(["wang dehou"], texts) == {"wang dehou": "德厚"}  # the family name may be told otherwise
    assert in_characters(["tianxin"], texts) == {}


def test_common_words() -> None:
    assert glossary("How many street lights were put up?") == [("路灯",)]
    assert in_chinese(glossary("How many people won the half marathon?"), ["本届半马的冠军"]) == ["半马", "冠军"]
    assert in_chinese(glossary("What is the unemployment rate?"), ["就业形势稳定"]) == []


def test_the_files_are_what_they_say() -> None:
    assert len(PINYIN.read_text("utf-8").split("\n")) > 390
    lines = [line.split("\t") for line in GLOSSARY.read_text("utf-8").splitlines()]
    assert all(len(line) == 2 and line[0] == line[0].casefold() and line[1] for line in lines)
    assert len({line[0] for line in lines}) == len(lines)


def test_a_question_stays_english_with_names_added() -> None:
    assert is_in_latin("蓝山 路灯 How many street lights has Lanshan put up?")
    assert not is_in_latin("WTO什么时候成立？")
    assert not is_in_latin("iPhone 15 Pro多少钱？")
    assert is_in_latin("How old was 周德厚 when he died?")
    assert is_in_latin("路灯 Street lights in Lanshan")
    assert named("iPhone 15 Pro多少钱？") == ["15", "iPhone", "Pro"]
    assert named("蓝山 How many people took part in 2024?") == ["2024"]


def test_common_english_words_are_no_specifics() -> None:
    article = "蓝山：城市管理\n\n近年来，蓝山县新装1100余盏路灯。"
    met = specifics("蓝山 路灯 How many street lights has Lanshan put up?", article, article, _even)
    other = specifics("How many street lights has Yongxing put up?", article, article, _even)
    assert (met.words, met.proper, met.missing) == (1.0, 1.0, ())
    assert other.proper == 0.0


def test_the_sentence_is_found_by_the_names_that_were_added() -> None:
    text = "全县打通了断头路。县城新装1100余盏路灯。"
    passage = Passage(1, "a", text, 0, len(text))
    hit = Hit(passage, title="蓝山", published=None, source="", score=0.5, lexical=1.0, dense=0.8)
    found = find_evidence(Standalone("How many street lights has Lanshan put up?", "路灯"), [hit], _even)
    assert "路灯" in found[0].text
    assert found[0].coverage > 0.9


def test_what_is_asked_in_english_stands_in_the_sentence() -> None:
    text = "全县新装1100余盏路灯；修了500个窨井盖。"
    place = Place("", text, text.index("1100"), text.index("1100") + 4)
    assert wholeness("How many street lights were put up?", place)["asked"] == 1.0
    assert wholeness("What is the unemployment rate?", place)["asked"] == 0.0


def _even(words: object) -> dict[str, float]:
    assert isinstance(words, list)
    return dict.fromkeys(words, 1.0)


def test_an_assistant_looks_for_the_names_as_the_nearest_passages_write_them(tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_text("秤匠彭德厚\n\n秤匠彭德厚去世，享年88岁。他做了一辈子的秤。\n", "utf-8")
    with closing(Archive(tmp_path / "archive", create=True)) as archive:
        with archive.writing():
            ingestor = Ingestor(archive, HashEncoder())
            ingestor.read([source])
            ingestor.encode_missing()
        searcher = Searcher(archive, HashEncoder())
        assistant = build_assistant(Settings(reader="none"), archive, searcher)
        asked, _ = assistant.resolve("How old was Peng Dehou?", ())
        assert "彭德厚" in asked.context
        assert assistant.resolve("秤匠多大？", ())[0].context == ""
