"""What is known of the turns of a conversation, and of the question that comes next."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """A short answer that was given: `text`, of an article, between two offsets of its body."""

    article_id: str
    start: int
    end: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question and, where it was answered, its short answer, the article that it came from and the place.

    `meant` is what a pronoun in it stood for.
    """

    question: str
    short_answer: str | None = None
    article_id: str | None = None
    said: Said | None = None
    meant: str = ""


@dataclass(frozen=True, slots=True)
class Standalone:
    """A question that can be searched for and read for.

    `text` is the question made complete, `context` what else to search for. `leans` is set where it needed the
    earlier turns; `may_stand` where it might also be meant by itself, `own` being its own words; `also` is another way
    to complete it, where a pronoun may mean two people. `focus` is what a pronoun stands for, or what is put in the
    place of another, of which the answer must be said. `article_id` is the article that answered the question before
    it; `asked` are the questions before it, and `said` the answers to them, which a follow-up does not ask for again.
    """

    text: str
    context: str = ""
    leans: bool = False
    may_stand: bool = False
    own: str = ""
    also: str = ""
    focus: str = ""
    article_id: str | None = None
    asked: tuple[str, ...] = ()
    said: tuple[Said, ...] = ()

    @property
    def whole(self) -> str:
        """Both in one line."""
        return f"{self.context} {self.text}".strip()
