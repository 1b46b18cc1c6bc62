"""A user's list of names: what it holds, where names stand in a text, and what they do to the index."""

from __future__ import annotations

from pathlib import Path

import pytest
from archives import ENCODER, make_article, put
from hypothesis import given
from hypothesis import strategies as st

from bot import wiring
from bot.settings import Settings, SettingsError
from retrieval.archive import Archive
from retrieval.names import USUAL_WEIGHT, Names, read_names
from retrieval.search import Searcher

LIST = "\ufeff# 名单\n欧阳振华\n澄江供水集团\t3\n云计算 5 n\nNew York\nCOVID 19\nGB/T 19001\t0\n\n张\n"


def test_a_list_with_weights_in_several_forms() -> None:
    names = read_names(LIST)
    assert len(names) == 6
    weights = {line.split("\t")[0]: float(line.split("\t")[1]) for line in names.text.splitlines()}
    assert weights == {
        "欧阳振华": USUAL_WEIGHT, "澄江供水集团": 3.0, "云计算": 5.0, "new york": USUAL_WEIGHT,
        "covid 19": USUAL_WEIGHT, "gb/t 19001": 0.1,
    }  # fmt: skip
    assert read_names(names.text).text == names.text
    assert read_names("").text == ""


@given(st.text(alphabet="张三李四ab1 \t#\n\u3000", max_size=60))
def test_any_text_is_a_list(text: str) -> None:
    names = read_names(text)
    assert read_names(names.text).text == names.text
    assert all(0.1 <= names.weight(term) <= 10 for term in names.terms(text))


def test_names_stand_in_a_text_as_wholes() -> None:
    names = read_names(LIST + "振华\n")
    assert names.terms("歐陽振華任澄江供水集團董事長") == ["@欧阳振华", "@振华", "@澄江供水集团"]
    assert names.terms("In NEW  YORK, newyork, new yorker; COVID 19, covid 190, GB/T 19001-2016") == [
        "@new_york", "@covid_19", "@gb/t_19001",
    ]  # fmt: skip
    assert names.weight("@澄江供水集团") == 3.0
    assert names.weight("澄江") == 1.0
    assert Names().terms("欧阳振华") == []


def test_a_name_counts_for_more_and_never_loses_a_word(archive: Archive) -> None:
    put(archive.store, make_article("both", "通报", "华振欧阳，阳欧振华，欧阳华振在会上发言，供水供水供水。"))
    put(archive.store, make_article("whole", "通报", "会上另有多人先后发言，欧阳振华也在其中，其余从略不再一一列出。"))
    archive.refresh_lexical()
    lexical = archive.lexical
    before = dict(lexical.reading().search(lexical.reading().terms("欧阳振华"), 10))
    archive.use_names("欧阳振华\t4\n")
    searcher = Searcher(archive, ENCODER)
    assert searcher.search("歐陽振華說了什麼").hits[0].passage.article_id == "whole"
    after = dict(archive.lexical.reading().search(archive.lexical.reading().terms("欧阳振华"), 10))
    assert before.keys() == after.keys() == {1, 2}
    assert after[2] - before[2] > after[1] - before[1]


def test_a_changed_list_makes_the_index_anew_in_every_process(tmp_path: Path) -> None:
    directory = tmp_path / "archive"
    writer = Archive(directory, create=True)
    put(writer.store, make_article("a", "通报", "欧阳振华出席。"))
    reader = Archive(directory)
    searcher = Searcher(reader, ENCODER)
    assert "@欧阳振华" not in reader.lexical.reading().terms("欧阳振华")
    writer.use_names("欧阳振华\n")
    searcher.refresh()
    assert "@欧阳振华" in reader.lexical.reading().terms("欧阳振华")
    assert reader.lexical.reading().search(["@欧阳振华"], 10)
    generation = writer.store.generation()
    writer.use_names("# 同样的名单\n欧阳振华\n")
    assert writer.store.generation() == generation, "the same list is no change"
    writer.use_names("")
    searcher.refresh()
    assert not reader.lexical.reading().search(["@欧阳振华"], 10)
    assert searcher.search("欧阳振华").hits
    reader.close()
    writer.close()


def test_the_setting(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    settings = Settings(data=tmp_path / "archive", names_file=str(path))
    with pytest.raises(SettingsError, match=r"names\.txt"):
        wiring.open_archive(settings, create=True)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="UTF-8"):
        wiring.open_archive(settings, create=True)
    path.write_text("欧阳振华\n", "utf-8")
    archive = wiring.open_archive(settings, create=True)
    archive.refresh_lexical()
    assert archive.lexical.reading().terms("欧阳振华")[-1] == "@欧阳振华"
    archive.close()
    without = wiring.open_archive(Settings(data=tmp_path / "archive"))
    without.refresh_lexical()
    assert without.lexical.reading().terms("欧阳振华")[-1] == "@欧阳振华", "the list is the archive's"
    without.close()


def test_full_width_spaces_and_figures_are_read_as_their_narrow_ones() -> None:
    assert read_names("张三　５\n三　1").text == "张三\t5\n"
