"""What may wait, and how long: a clock that the test sets, and work that takes as long as it says."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import cycle

import pytest

from bot.channels.load import PATIENCE_S, Load


class Clock:
    """Stands still until it is told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def after_work(took_s: float, threads: int = 1, at_once: int = 1) -> tuple[Load, Clock]:
    """A load that has seen one piece of work."""
    clock = Clock()
    load = Load(threads, at_once, clock)
    began = load.began()
    clock.now = took_s
    load.ended(began)
    return load, clock


def full(load: Load, clock: Clock, inside: int, seconds: float = 5.0) -> None:
    """So much was inside for so long."""
    load.changed(inside)
    clock.now += seconds


def test_a_rush_may_wait_and_a_load_that_lasts_may_not() -> None:
    load, clock = after_work(0.02, threads=2, at_once=2)
    clock.now = 1.0
    load.changed(2)
    clock.now = 2.5
    assert (load.lasts(), load.refuses(30), load.patience_s()) == (False, False, PATIENCE_S)
    clock.now = 2.7
    assert load.lasts()
    assert [load.refuses(inside) for inside in range(2, 6)] == [False, False, True, True]
    assert load.patience_s() == 0.01
    clock.now = 10.0
    load.changed(1)
    clock.now = 10.1
    load.changed(2)  # a gap that is no calm
    assert load.lasts()
    load.changed(1)
    clock.now = 11.0
    assert not load.lasts()


def test_a_load_that_leaves_a_thread_free_now_and_then_is_none_that_lasts() -> None:
    load, clock = after_work(0.02, threads=2, at_once=2)
    for _ in range(500):  # three fifths of the time full
        full(load, clock, 2, 0.03)
        assert not load.lasts()
        full(load, clock, 1, 0.02)


@pytest.mark.parametrize("threads", [2, 8])
def test_where_one_answer_takes_every_thread_no_more_than_two_are_let_in(threads: int) -> None:
    load, clock = after_work(0.2, threads)
    full(load, clock, 2)
    assert load.lasts()
    assert [load.refuses(inside) for inside in range(1, 4)] == [False, True, True]
    full(load, clock, 1)
    assert not load.refuses(30)


def test_before_anything_is_known_nothing_is_refused_for_its_waiting() -> None:
    clock = Clock()
    load = Load(1, 1, clock)
    full(load, clock, 1, 100.0)
    assert load.lasts()
    assert (load.patience_s(), load.refuses(1000)) == (PATIENCE_S, False)


def test_where_nobody_is_refused_one_waits_as_long_as_it_takes() -> None:
    load, clock = after_work(0.001)
    full(load, clock, 2)
    assert load.lasts()
    assert (load.refuses(1), load.patience_s()) == (False, PATIENCE_S)


def test_where_too_many_ask_one_waits_only_for_what_ends_soon() -> None:
    load, clock = after_work(0.2)
    full(load, clock, 2)
    load.began()
    assert load.refuses(2), "too many"
    assert load.refuses(1)
    clock.now += 0.14
    assert load.refuses(1)
    clock.now += 0.02
    assert not load.refuses(1)
    assert load.patience_s() == 0.1
    clock.now += 2.0
    assert load.lasts()
    began = load.began()
    assert not load.refuses(1), "nobody was refused of late"
    assert load.patience_s() == PATIENCE_S
    load.ended(began)


def test_what_cannot_wait_for_the_end_of_what_runs_is_no_sign_of_too_many() -> None:
    load, clock = after_work(0.2)
    full(load, clock, 1)
    assert load.refuses(2)
    for _ in range(20):  # one asks again and again at a bad moment, and nobody else does
        began = load.began()
        assert load.refuses(1) == (clock.now < 6.2), "what was too much has faded after a second"
        clock.now += 0.09
        load.ended(began)


def test_what_has_not_begun_does_not_end_soon() -> None:
    load, clock = after_work(0.2)
    full(load, clock, 1)
    assert load.refuses(2)
    assert load.refuses(1), "what is inside stands before its thread"


def test_with_the_load_goes_the_hurry() -> None:
    load, clock = after_work(0.2)
    full(load, clock, 2)
    assert load.refuses(2)
    full(load, clock, 0, 0.5)
    assert (load.lasts(), load.patience_s()) == (False, PATIENCE_S)


def test_of_two_threads_who_waits_second_waits_for_the_second_to_end() -> None:
    load, clock = after_work(0.2, threads=2, at_once=2)
    full(load, clock, 2)
    assert load.refuses(4)
    load.began()
    assert load.refuses(2) is True
    clock.now += 0.16
    load.began()
    assert [load.refuses(2), load.refuses(3)] == [False, True]
    clock.now += 0.16
    assert not load.refuses(3)


def test_how_long_work_takes_is_learnt_also_under_a_load_that_lasts() -> None:
    load, clock = after_work(0.001)
    full(load, clock, 2)
    for _ in range(20):
        began = load.began()
        clock.now += 0.2
        load.ended(began)
    assert load.refuses(2)
    assert load.patience_s() == pytest.approx(0.1)


def test_a_little_that_takes_long_is_waited_for_where_most_is_quick() -> None:
    load, clock = after_work(0.001)
    full(load, clock, 2)
    for took_s in [0.001] * 90 + [0.3] * 10:
        began = load.began()
        clock.now += took_s
        load.ended(began)
    assert load.refuses(2)
    assert load.patience_s() == pytest.approx(0.15)


def test_what_ran_side_by_side_counts_as_long_as_it_would_have_taken_alone() -> None:
    clock = Clock()
    load = Load(2, 1, clock)
    load.changed(2)
    for _ in range(20):
        first, second = load.began(), load.began()
        clock.now += 0.4
        load.ended(first)
        load.began()
        load.ended(second)
        load.ended(clock.now)
    assert load.refuses(2)
    assert load.patience_s() == pytest.approx(0.1)


def one_thread(took_s: Iterator[float], asked_every_s: float, seconds: float) -> tuple[list[float], int]:
    """What was accepted waited and took, and how much was asked, of a queue of 17 places before one thread."""
    clock = Clock()
    load = Load(1, 1, clock)
    waiting: list[float] = []
    running: tuple[float, float, float] | None = None  # when it was asked, began and will end
    accepted, asked = [], 0
    while clock.now < seconds:
        ends = running[2] if running else float("inf")
        clock.now = min(ends, asked * asked_every_s)
        if running and clock.now == ends:
            load.ended(running[1])
            accepted.append(ends - running[0])
            running = None
        else:
            asked += 1
            inside = len(waiting) + (running is not None)
            if inside < 17 and not load.refuses(inside):
                waiting.append(clock.now)
        load.changed(len(waiting) + (running is not None))
        while waiting and not running:
            came = waiting.pop(0)
            if clock.now - came <= load.patience_s():
                running = came, load.began(), clock.now + next(took_s)
        load.changed(len(waiting) + (running is not None))
    return accepted, asked


def percentile_95(seconds: list[float]) -> float:
    return sorted(seconds)[len(seconds) * 95 // 100]


@pytest.mark.parametrize("times", [2, 10])
def test_at_ten_times_capacity_what_is_accepted_takes_less_than_twice_as_long(times: int) -> None:
    lots = random.Random(5)
    took = [0.17 * lots.lognormvariate(0, 0.4) for _ in range(1000)]
    took[:3] = [0.002, 0.9, 0.002]  # the first tell nothing of the others
    usual_s = sum(took) / len(took)
    accepted, asked = one_thread(cycle(took), usual_s / times, 120.0)
    assert percentile_95(accepted) < 1.6 * percentile_95(took)
    capacity = 120.0 / usual_s
    assert asked > 0.99 * times * capacity
    assert len(accepted) > 0.85 * capacity, "and the thread is hardly ever idle"
