"""`wenbao telegram` as a process of its own, with the strict server at its other end."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from bot_api import TOKEN, BotApi
from people import World, listening

from bot import cli

ROOT = Path(__file__).parents[2]
PROGRAM = (
    "import sys; from bot import cli, wiring; from fakes import HashEncoder;"
    "wiring.load_encoder = lambda spec, threads: HashEncoder(); sys.exit(cli.main(sys.argv[1:]))"
)


@asynccontextmanager
async def program(data: Path, api_url: str, *arguments: str, **more: str) -> AsyncIterator[asyncio.subprocess.Process]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WENBAO_")}
    environment |= {
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]),
        "WENBAO_TELEGRAM_TOKEN": TOKEN,
        "WENBAO_TELEGRAM_API_URL": api_url,
        "WENBAO_READER": "none",
        **more,
    }
    environment = {name: value for name, value in environment.items() if value}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, "telegram", "--data", str(data), *arguments,
        env=environment, cwd=data.parent, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def ended(process: asyncio.subprocess.Process) -> tuple[int, str, str]:
    out, err = await asyncio.wait_for(process.communicate(), 150)
    return process.returncode or 0, out.decode(), err.decode()


def test_it_answers_and_stops_at_sigterm_with_the_token_in_no_log(data: Path) -> None:
    async def scenario() -> None:
        api = BotApi()
        async with listening(api.app) as port:
            world = World(api, port, data, 0.02, {})
            async with program(data, f"http://127.0.0.1:{port}") as process:
                assert process.stdout
                line = (await asyncio.wait_for(process.stdout.readline(), 150)).decode()
                assert line == "问报 Wenbao: 17 articles. Answering in Telegram as @wenbao_bot\n"
                world.person(1).say("梅江二桥全长多少米？")
                await world.until(lambda: any("1860米" in text for text in world.texts(1)))
                process.send_signal(signal.SIGTERM)
                code, _, err = await ended(process)
                assert (code, err) == (0, "")
        assert api.violations == []

    asyncio.run(scenario())


def test_killed_it_answers_what_it_had_taken(data: Path) -> None:
    """SIGKILL at once after Telegram has forgotten the updates; another process answers all of them."""

    async def scenario() -> None:
        api = BotApi(scale=0.5)
        async with listening(api.app) as port:
            world = World(api, port, data, 0.5, {})
            async with program(data, f"http://127.0.0.1:{port}") as process:
                assert process.stdout
                await asyncio.wait_for(process.stdout.readline(), 150)
                for number in range(1, 41):
                    world.person(number).say("梅江二桥全长多少米？")
                await world.until(lambda: api.confirmed and not api.updates)
                process.kill()
                await process.wait()
            answered = {one["chat"]["id"] for one in world.said()}
            assert len(answered) < 40
            async with program(data, f"http://127.0.0.1:{port}") as process:
                await world.until(lambda: len({one["chat"]["id"] for one in world.said()}) == 40, 150)
                process.send_signal(signal.SIGTERM)
                assert (await ended(process))[0] == 0
            twice = len(world.said()) - 40
            assert twice <= 30  # only what was under way at the kill may come again

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"WENBAO_TELEGRAM_TOKEN": None}, "There is no token for Telegram"),
        ({"WENBAO_TELEGRAM_TOKEN": "nonsense-wrong"}, "is not of the form"),
        ({"WENBAO_TELEGRAM_TOKEN": ""}, "telegram_token"),
        ({"WENBAO_TELEGRAM_WEBHOOK_URL": "https://x.example"}, "telegram_webhook_url is set"),
        ({"WENBAO_TELEGRAM_ADMINS": "anna"}, "telegram_admins must be numbers"),
        ({"WENBAO_TELEGRAM_ACCESS": "closed"}, "telegram_access must be one of open, list, invite"),
        ({"WENBAO_TELEGRAM_IN_WORK": "0"}, "telegram_in_work must be between 1 and 100"),
    ],
)
def test_what_is_wrong_in_the_settings_is_said_in_one_line(
    settings: dict[str, str | None],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    for name, value in {"WENBAO_TELEGRAM_TOKEN": TOKEN, **settings}.items():
        monkeypatch.delenv(name, raising=False) if value is None else monkeypatch.setenv(name, value)
    at_sigterm = signal.getsignal(signal.SIGTERM)
    code = cli.main(["telegram", "--data", str(tmp_path)])
    signal.signal(signal.SIGTERM, at_sigterm)
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err.count("\n") == 1, err
    assert said in err
    assert "wrong" not in err


def test_a_token_that_telegram_does_not_know(data: Path) -> None:
    async def scenario() -> None:
        api = BotApi()
        async with (
            listening(api.app) as port,
            program(data, f"http://127.0.0.1:{port}", WENBAO_TELEGRAM_TOKEN="1:wrong") as process,
        ):
            code, out, err = await ended(process)
            assert (code, out) == (2, "")
            assert err == "wenbao: Telegram does not know this token; copy it again from @BotFather.\n"

    asyncio.run(scenario())


def test_the_settings_file_has_a_table_of_its_own(tmp_path: Path) -> None:
    from bot.settings import load_settings

    path = tmp_path / "wenbao.toml"
    path.write_text(f'[telegram]\ntoken = "{TOKEN}"\napi_url = "http://127.0.0.1:8081"\nadmins = "1, -2"\n')
    settings = load_settings({}, config=path, environment={})
    assert settings.telegram_token == TOKEN
    assert settings.telegram_api_url == "http://127.0.0.1:8081"
    assert TOKEN not in repr(settings)
