from __future__ import annotations

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.nn.schedules import SCHEDULES, cosine, one_cycle


def torch_rates(make, total):
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 1.0)
    schedule = make(torch.optim.lr_scheduler, optimizer)
    rates = []
    for _ in range(total):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            schedule.step() if len(rates) < total else None
    return rates


@pytest.mark.parametrize("total", [10, 100, 333])
def test_one_cycle_is_that_of_torch(total):
    expected = torch_rates(lambda s, o: s.OneCycleLR(o, 1.0, total_steps=total, cycle_momentum=False), total)
    assert [one_cycle(step, total) for step in range(total)] == pytest.approx(expected, rel=1e-9)


def test_cosine_is_that_of_torch():
    expected = torch_rates(lambda s, o: s.CosineAnnealingLR(o, 50), 50)
    assert [cosine(step, 50) for step in range(50)] == pytest.approx(expected, rel=1e-9)


@given(name=st.sampled_from(list(SCHEDULES)), total=st.integers(1, 10**6), share=st.floats(0, 1.5))
def test_factor_stays_between_zero_and_one(name, total, share):
    assert 0.0 <= SCHEDULES[name](int(total * share), total) <= 1.0 + 1e-12
