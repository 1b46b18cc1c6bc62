"""Assistants that answer as a scenario wants: slowly, at length, wrongly, or never."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

from bot.answer import Answer, AnswerEvent, Citation, Delta, Finished, PassagesFound, Question, Searching


class Scripted:
    """Answers each question with `make(question)`, in the pieces `pieces`; slow ones wait for their gate."""

    def __init__(self, make: Callable[[Question], Answer] | None = None) -> None:
        self.make = make or (lambda question: Answer(question.text, f"答：{question.text}", False, 0.9))
        self.gate = threading.Event()
        self.gate.set()
        self.asked: list[Question] = []
        self.slow: set[str] = set()
        self.pause_s = 0.0
        self.running = 0
        self.most_running = 0
        self._lock = threading.Lock()

    @classmethod
    def held(cls, *questions: str) -> Scripted:
        """One that answers these only once its gate is opened, "*" all."""
        one = cls()
        one.slow.update(questions)
        one.gate.clear()
        return one

    def ask(
        self, question: Question, *, filters: Any = None, stop: threading.Event | None = None
    ) -> Iterator[AnswerEvent]:
        with self._lock:
            self.asked.append(question)
            self.running += 1
            self.most_running = max(self.most_running, self.running)
        try:
            yield Searching()
            answer = self.make(question)
            yield PassagesFound(())
            half = len(answer.answer) // 2
            yield Delta(answer.answer[:half])
            if question.text in self.slow or "*" in self.slow:
                while not self.gate.wait(0.005):
                    if stop and stop.is_set():
                        return
            if self.pause_s:
                threading.Event().wait(self.pause_s)
            yield Delta(answer.answer[half:])
            yield Finished(answer)
        finally:
            with self._lock:
                self.running -= 1


def short(question: Question, *, caution: str = "", own_line: bool = True) -> Answer:
    """As the reader's composer writes it: the short answer on a line of its own, or only in its sentence."""
    quote = "大桥全长1860米，双向六车道，总投资7.3亿元。"
    return Answer(
        question.text,
        f"{caution}{'1860米' + chr(10) if own_line else ''}{quote} [1]",
        False,
        0.9,
        (Citation("桥 二号?#%2F", "梅江二桥通车", "2024-12-02", "湘原晚报", quote, 25, 25 + len(quote)),),
        short_answer="1860米",
        standalone=question.text,
    )
