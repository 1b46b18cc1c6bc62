"""What stands beside a picture, and what only sounds like it."""

from __future__ import annotations

import pytest

from retrieval.page.captions import is_caption


@pytest.mark.parametrize(
    "line",
    [
        "云湖县冷链物流园一期项目。廖江生 摄",
        "5月14日，村民在采茶。湘原日报全媒体记者 廖江生 摄",
        "5月14日，村民在采茶。廖江生 王小丽 摄影报道",
        "5月14日，村民在采茶。新华社记者廖江生摄",
        "5月14日，村民在采茶。新华社发（廖江生摄）",
        "5月14日，村民在采茶。（廖江生摄）",
        "5月14日，村民在采茶。 资料图片",
        "（资料照片）",
        "（本版图片均由云湖县委宣传部提供）",
        "云湖高新区供图",
        "摄影：廖江生",
        "图片来源：云湖融媒",
        "图为村民在采茶。",
        "上图：村民在采茶。",
        "图①：村民在采茶。",
        "▲村民在采茶。",
        "湘原文创园近景。",
        "湘原文创园近景。坐落在云湖县的酒城。",
    ],
)
def test_a_caption_is_one(line: str) -> None:
    assert is_caption(line)


@pytest.mark.parametrize(
    "line",
    [
        "他在山里拍摄",
        "爱上摄影",
        "时光摄影",
        "老人的照片由村里提供。",
        "图书馆里坐满了人。",
        "走到街口一角，他停下来。",
        "上图书馆去的人比去年多。",
        "县里拿出了新的规划，城市的面貌一天天在变。",
        "贺长河 王小丽",
    ],
)
def test_what_sounds_like_a_caption_is_text(line: str) -> None:
    assert not is_caption(line)
