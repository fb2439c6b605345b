"""A job in the background: its results arrive in the window's thread, and it stops when it is told to."""

from __future__ import annotations

import threading

import pytest
from shiboken6 import isValid
from waiting import quiet

from models.base import ConfigError
from playground.live.job import Job


@pytest.fixture
def job(qapp):
    job = Job("test job")
    yield job
    job.shutdown()


def count_to(end: int, threads: list[int]):
    for number in range(end):
        threads.append(threading.get_ident())
        yield number


def endless():
    number = 0
    while True:
        yield number
        number += 1


def test_everything_arrives_in_order_and_in_this_thread(job, qtbot):
    threads, heard, here = [], [], set()

    class Ear:
        def hear(self, results):
            heard.extend(results)
            here.add(threading.get_ident())

    ear = Ear()
    job.results.connect(ear.hear)
    with qtbot.waitSignal(job.finished):
        job.start(count_to(1000, threads))
        assert job.running
    assert heard == list(range(1000))
    assert here == {threading.get_ident()}
    assert threading.get_ident() not in threads
    assert not job.running


def test_cancelled_means_silence_and_another_can_begin(job, qtbot):
    heard = []
    job.results.connect(heard.extend)
    job.start(endless())
    qtbot.waitUntil(lambda: len(heard) > 10)
    job.cancel()
    heard.clear()
    qtbot.wait(120)
    assert not heard
    with qtbot.waitSignal(job.finished):
        job.start(count_to(1, []))
    assert heard == [0]


def test_it_rests_while_nobody_looks(job, qtbot):
    heard = []
    job.results.connect(heard.extend)
    job.start(endless())
    qtbot.waitUntil(lambda: len(heard) > 10)
    job.set_paused(True)
    known = quiet(lambda: len(heard), qtbot)
    job.set_paused(False)
    qtbot.waitUntil(lambda: len(heard) > known)
    assert heard == list(range(len(heard)))


@pytest.mark.parametrize("error", [ConfigError("choose other numbers"), ZeroDivisionError("oops")])
def test_failures_are_said(job, qtbot, error, caplog):
    def work():
        yield 1
        raise error

    with qtbot.waitSignal(job.failed) as failed:
        job.start(work())
    assert str(error) in failed.args[0]
    assert not job.running


def test_shutdown_in_mid_work_joins_the_thread(qapp, qtbot):
    for _ in range(5):
        job = Job("short")
        heard = []
        job.results.connect(heard.extend)
        job.start(endless())
        qtbot.waitUntil(lambda heard=heard: bool(heard))
        thread = job._thread
        job.shutdown()
        assert thread.isFinished()
        job.shutdown()


def test_what_is_begun_while_it_is_paused_rests_too(job, qtbot):
    heard = []
    job.results.connect(heard.extend)
    job.set_paused(True)  # even before there is a thread
    for _ in range(2):
        job.start(endless())
        qtbot.wait(120)
        assert not heard
    job.set_paused(False)
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == list(range(len(heard)))


def test_shutdown_closes_every_generator_on_the_jobs_thread(qapp, qtbot):
    closed = []

    def work(name: str):
        try:
            while True:
                yield name
        finally:
            closed.append((name, threading.get_ident()))

    for _ in range(5):
        closed.clear()
        job = Job("short")
        heard = []
        job.results.connect(heard.extend)
        first, second = work("first"), work("second")
        job.start(first)
        qtbot.waitUntil(lambda heard=heard: bool(heard))
        job.start(second)  # still queued when the end is asked for
        thread, runner = job._thread, job._runner
        del first, second
        job.shutdown()
        assert thread.isFinished()
        assert [name for name, _ in closed] in (["first"], ["first", "second"])  # what never ran has nothing to close
        assert threading.get_ident() not in {ident for _, ident in closed}
        assert not isValid(runner)  # it does not outlive its thread
        assert not job.running
