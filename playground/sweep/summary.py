"""What came out of a sweep: a mean and a spread for each combination, and an honest word on which of them is best."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from models.base import MetricSpec, Model
from playground.sweep.plan import Plan, Settings
from playground.sweep.pool import Result


def ranking_metrics(model: Model) -> list[MetricSpec]:
    """The metrics that say which of two runs is better; held-out ones first, as the first one is the headline."""
    known = [spec for spec in model.metrics if spec.better]
    return sorted(known, key=lambda spec: not spec.held_out)


def ranking_metric(model: Model, found: Sequence[Result], wanted: str | None) -> MetricSpec | None:
    """The metric that is wanted, or the first one by which these results can be ranked: not every run has all."""
    known = ranking_metrics(model)
    if wanted is not None:
        return next((spec for spec in known if spec.name == wanted), None)
    reported = {name for result in found if result.failed is None for name in result.metrics}
    return next((spec for spec in known if spec.name in reported), known[0] if known else None)


@dataclass(frozen=True)
class Figure:
    """A metric over the seeds: mean, and sample standard deviation (None for a single one)."""

    mean: float
    spread: float | None
    count: int

    @property
    def standard_error(self) -> float:
        """How far the mean itself may be off."""
        return (self.spread or 0.0) / math.sqrt(self.count)


@dataclass(frozen=True)
class Row:
    """What came out of one combination.

    Attributes:
        settings: the combination, one value of each axis.
        figures: over the seeds that came through, for every metric that is a number in all of them.
        failed: those that did not.
        verdict: "best" (all that are level); "as good" when its mean lies within one standard error of the best one's
            (the rule of Breiman, Friedman, Olshen and Stone, Classification and Regression Trees, 1984); else "".
    """

    settings: Settings
    results: tuple[Result, ...]
    figures: Mapping[str, Figure]
    failed: tuple[Result, ...] = ()
    verdict: str = ""


def summary(plan: Plan, found: Sequence[Result], metric: MetricSpec | None) -> list[Row]:
    """One row for each combination that has a result, in the plan's order.

    The best has the best mean of `metric` among those that came through with every seed: a mean over the survivors of
    a diverging combination would flatter it.
    """
    groups: dict[str, list[Result]] = {}
    for result in found:
        groups.setdefault(repr(plan.differences(result.config)), []).append(result)
    rows = []
    for config in plan.configs[:: max(1, len(plan.seeds))]:
        settings = plan.differences(config)
        those = sorted(groups.get(repr(settings), ()), key=lambda result: result.config.random_seed or 0)
        if those:
            figures = _figures([result.metrics for result in those if result.failed is None])
            failed = tuple(result for result in those if result.failed is not None)
            rows.append(Row(settings, tuple(those), figures, failed))
    return _with_verdicts(rows, metric, max(1, len(plan.seeds)))


def _figures(metrics: Sequence[Mapping[str, Any]]) -> dict[str, Figure]:
    names = [name for name in metrics[0] if all(is_number(each.get(name)) for each in metrics)] if metrics else []
    figures = {}
    for name in names:
        values = [float(each[name]) for each in metrics]
        spread = statistics.stdev(values) if len(values) > 1 else None
        figures[name] = Figure(statistics.fmean(values), spread, len(values))
    return figures


def is_number(value: Any) -> bool:
    """Whether a reported value has a mean: a finite number, and no truth value."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _with_verdicts(rows: Sequence[Row], metric: MetricSpec | None, seeds: int) -> list[Row]:
    judged = [row for row in rows if metric and metric.name in row.figures and row.figures[metric.name].count == seeds]
    if metric is None or len(rows) < 2 or not judged:
        return list(rows)
    sign = 1 if metric.better == "higher" else -1
    best = max((row.figures[metric.name] for row in judged), key=lambda figure: sign * figure.mean)

    def verdict(row: Row) -> str:
        if row not in judged:
            return ""
        behind = sign * (best.mean - row.figures[metric.name].mean)
        return "best" if behind == 0 else "as good" if behind <= best.standard_error else ""

    return [replace(row, verdict=verdict(row)) for row in rows]


def as_json(plan: Plan, rows: Sequence[Row], metric: MetricSpec | None) -> dict[str, Any]:
    """Everything about a sweep as JSON values."""
    done = [result for row in rows for result in row.results]
    return {
        "model": plan.model.name,
        "preset": plan.preset,
        "config": dict(plan.fixed),
        "axes": dict(plan.axes),
        "seeds": list(plan.seeds),
        "metric": metric.name if metric is not None else None,
        "complete": len(done) == len(plan.configs),
        "runs": [_run_as_json(plan, result) for result in done],
        "summary": [
            {
                "config": row.settings,
                "runs": len(row.results),
                "failed": len(row.failed),
                "verdict": row.verdict,
                "metrics": {name: {"mean": f.mean, "spread": f.spread} for name, f in row.figures.items()},
            }
            for row in rows
        ],
    }


def _run_as_json(plan: Plan, result: Result) -> dict[str, Any]:
    outcome = {"metrics": result.metrics} if result.failed is None else {"failed": result.failed}
    return {
        "config": {**plan.differences(result.config), **result.instead},
        **({"seed": result.config.random_seed} if plan.seeds else {}),
        "steps": result.steps,
        "epochs": result.epochs,
        "seconds": result.seconds,
        **outcome,
    }
