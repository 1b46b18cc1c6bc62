"""The articles that the tests of the bot ask about, and what a command did."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retrieval.article import Article

WENBAO = Path(sys.executable).with_name("wenbao")
REPOSITORY = Path(__file__).parents[2]

TOWNS = ["青石", "白沙", "桃源", "柳林", "双河", "马坡", "龙门", "新安"]
TOWNS += ["大塘", "竹山", "梅岭", "枫桥", "古渡", "长湖", "金鸡", "石鼓"]
HARVESTS = [
    {
        "id": f"harvest-{index}",
        "title": f"{town}镇油茶丰收",
        "body": f"　　入秋以来，{town}镇的油茶林一片繁忙。\n"
        f"　　据镇农技站统计，{town}镇今年采收油茶鲜果{1200 + 37 * index}吨，比去年多。",
        "published": f"2025-10-{index + 1:02}",
        "source": "湘原日报",
    }
    for index, town in enumerate(TOWNS)
]
BRIDGE = {
    "id": "桥 二号?#%2F",
    "title": "梅江二桥通车",
    "body": "　　本报讯　梅江二桥12月１日正式通车。大桥全长1860米，双向六车道，总投资7.3亿元。\n"
    "　　“以后过江只要三分钟。”市民李明说。𠮷田也来了。",
    "published": "2024-12-02",
    "source": "湘原晚报",
    "author": ["王芳"],
}
ARTICLES = [*HARVESTS, BRIDGE]

# As no file brings it in, and an older version or another program may have.
STEERING = Article(
    article_id="钟\x1b[1m/楼",
    title="红灯\x1b[31m警告\x1b]0;偷改标题\x07\n桥\t下",
    body="钟楼修缮\x1b[2J工程在八月\u202e完工，\x9b31m共用去青砖四万块。\u2066",
    published="2023-08-09",
    source="晚报\x1b[0m",
)


def write_jsonl(path: Path, records: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in records), "utf-8")
    return path


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    def says_once(self, *words: str) -> None:
        """One clear sentence on standard error, nothing else anywhere."""
        assert self.out == ""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert "Traceback" not in self.err
        assert all(word in lines[0] for word in words), self.err
