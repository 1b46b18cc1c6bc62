"""Where settings come from, what they may be, and what is said where they are wrong."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from bot_samples import REPOSITORY

from bot.settings import Settings, SettingsError, load_settings


def load(tmp_path: Path, file: str | bytes = "", **environment: str) -> Settings:
    path = tmp_path / "settings.toml"
    path.write_bytes(file if isinstance(file, bytes) else file.encode())
    return load_settings({}, config=path, environment=environment)


def test_the_later_place_wins(tmp_path: Path) -> None:
    file = tmp_path / "wenbao.toml"
    file.write_text('port = 1\nthreads = 1\npassages = 3\ndata = "archiv"\n')
    environment = {"WENBAO_PORT": "2", "WENBAO_THREADS": "2", "HOME": "/root"}
    settings = load_settings({"port": 3, "host": None}, config=file, environment=environment)
    assert (settings.port, settings.threads, settings.passages) == (3, 2, 3)
    assert (settings.data, settings.host) == (Path("archiv"), Settings().host)


def test_the_file_is_the_named_one_or_the_variables_or_the_working_directorys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings({}, environment={}) == Settings()
    for port, name in ((1, "wenbao.toml"), (2, "b.toml"), (3, "c.toml")):
        (tmp_path / name).write_text(f"port = {port}")
    assert load_settings({}, environment={}).port == 1
    assert load_settings({}, environment={"WENBAO_CONFIG": "b.toml"}).port == 2
    assert load_settings({}, config=Path("c.toml"), environment={"WENBAO_CONFIG": "b.toml"}).port == 3


def test_every_kind_from_every_place(tmp_path: Path) -> None:
    from_file = load(tmp_path, 'data = "a"\nthreads = 2\nrefuse_below = 1\nhost = "::1"')
    from_environment = load(
        tmp_path, WENBAO_DATA="a", WENBAO_THREADS="2", WENBAO_REFUSE_BELOW="1", WENBAO_HOST="::1", WENBAO_CACHE="c"
    )
    assert from_file == from_environment == Settings(data=Path("a"), threads=2, refuse_below=1.0, host="::1")


def test_a_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    assert load(tmp_path, "\ufeffport = 5").port == 5


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("prot = 1", ["'prot'", "settings.toml", "port"]),
        ("[serve]\nport = 1", ["'serve'"]),
        ("port = 8642.5", ["port", "settings.toml", "a whole number"]),
        ("port = true", ["port", "a whole number"]),
        ('port = "8642"', ["port", "a whole number"]),
        ("port = inf", ["port", "a whole number"]),
        ("port = 65536", ["port", "between 0 and 65535"]),
        ("threads = -1", ["threads", "between 0 and 1024"]),
        ("passages = 0", ["passages", "between 1 and 50"]),
        ("refuse_below = nan", ["refuse_below", "between 0 and 1"]),
        ("refuse_below = 1.01", ["refuse_below", "between 0 and 1"]),
        ("data = 5", ["data", "a path"]),
        ('data = ""', ["data", "a path"]),
        ("encoder = 5", ["encoder", "text"]),
        ('host = ""', ["host", "text"]),
        ('host = ["a"]', ["host", "text"]),
        ('language = "fr"', ["language", "auto, zh, en"]),
        ("port = ", ["settings.toml", "TOML"]),
        ("a = " + "[" * 10_000, ["settings.toml", "TOML"]),
        ("data = '档案'".encode("gb18030"), ["settings.toml", "UTF-8"]),
    ],
)
def test_what_is_wrong_in_a_file(tmp_path: Path, file: str | bytes, said: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, file)
    assert all(word in str(caught.value) for word in said), str(caught.value)


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("WENBAO_PROT", "1", ["'prot'", "WENBAO_PROT"]),
        ("WENBAO_PORT", "many", ["WENBAO_PORT", "a whole number", "'many'"]),
        ("WENBAO_PORT", "", ["WENBAO_PORT", "a whole number"]),
        ("WENBAO_PORT", "9" * 5000, ["a whole number"]),
        ("WENBAO_REFUSE_BELOW", "half", ["a number"]),
        ("WENBAO_DATA", "", ["WENBAO_DATA", "a path"]),
        ("WENBAO_HOST", "", ["WENBAO_HOST", "text"]),
    ],
)
def test_what_is_wrong_in_the_environment(tmp_path: Path, variable: str, value: str, said: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, **{variable: value})
    assert all(word in str(caught.value) for word in said), str(caught.value)


@pytest.mark.parametrize("name", ["missing.toml", ""])
def test_a_named_file_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=r"Cannot read the settings file .*: (No such file|Is a directory)"):
        load_settings({}, config=tmp_path / name, environment={})


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_readme_lists_every_setting(readme: str) -> None:
    path = REPOSITORY / readme
    if not path.exists():
        pytest.skip(f"{readme} is not written yet")
    rows = {row[0].strip(" `"): row for row in (line.strip("| ").split("|") for line in _table_rows(path))}
    for setting in fields(Settings):
        assert setting.name in rows, f"{readme} has no row for {setting.name}"
        row = "|".join(rows[setting.name])
        assert f"WENBAO_{setting.name.upper()}" in row
        default = getattr(Settings(), setting.name)
        assert default == "" or f"`{default}`" in row, f"{readme} has another default for {setting.name}"


def _table_rows(path: Path) -> list[str]:
    return [line for line in path.read_text("utf-8").splitlines() if re.match(r"\| *`", line)]
