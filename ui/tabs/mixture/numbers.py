"""The numbers of a mixture: estimates beside the truth, and how one point is shared out, with the formula."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QWidget

from models.mixture.em import explain_point
from models.mixture.snapshot import MixtureSnapshot
from ui.tabs.mixture.view import component_color
from ui.widgets.formula import FormulaView
from ui.widgets.layout import column, heading, muted
from ui.widgets.number_table import NumberTable
from ui.widgets.numbers import short, small, small_tex, true_minus
from ui.widgets.plain import as_tip

BAYES = r"\gamma_k = \frac{\pi_k\,\mathcal{N}(x\mid\mu_k,\Sigma_k)}{\sum_j \pi_j\,\mathcal{N}(x\mid\mu_j,\Sigma_j)}"
MEAN, COVARIANCE = 2, 4
"""The first columns of the mean and of the covariance."""
LEAST_TILT = 0.005
"""A covariance of less than this share of both variances is 0.00 beside them."""
NOTHING = "Click a point to see how the components share it"
ERROR_TIPS = {
    1: "How far the weight is from the true one",
    MEAN: "How far the mean is from the true one: the distance of the two points",
    COVARIANCE: "The largest difference of an entry of Σ from the true one",
}


class ComponentTable(NumberTable):
    """Weights, means and covariances: the estimate, the truth where it is known, and the error.

    An error of a mean or of a covariance is one number for all its columns, so it stands across them.
    """

    def __init__(self) -> None:
        super().__init__(
            ["", "π", "μ x", "μ y", "Σ xx", "Σ xy", "Σ yy"],
            [
                "",
                "Weight: the share of all points",
                "Mean, x",
                "Mean, y",
                "Variance of x",
                "Covariance of x and y",
                "Variance of y",
            ],
            "components: estimated and true",
        )
        self.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)  # more room for Σ
        self._layout: tuple[int, ...] = ()  # how many components there are, and which of them have a truth

    def show_mixture(self, snapshot: MixtureSnapshot) -> None:
        """Write the numbers."""
        mixture, truth = snapshot.mixture, snapshot.truth
        matched = {match.estimated: match for match in snapshot.matches}
        self._lay_out(mixture.count, tuple(sorted(matched)))
        row = 0
        for k in range(mixture.count):
            values = _numbers(mixture.weights[k], mixture.means[k], mixture.covariances[k])
            self.write(row, [f"{k + 1}", *values], color=component_color(k))
            self._tell(row, (mixture.weights[k], *mixture.means[k], *mixture.covariances[k][np.triu_indices(2)]))
            row += 1
            if truth is not None and k in matched:
                match = matched[k]
                t = match.true
                values = _numbers(truth.weights[t], truth.means[t], truth.covariances[t])
                self.write(row, ["true", *values], role="muted")
                self._tell(row, (truth.weights[t], *truth.means[t], *truth.covariances[t][np.triu_indices(2)]))
                mean, covariance = f"|Δμ| {_error(match.mean_error)}", f"max |ΔΣ| {_error(match.covariance_error)}"
                errors = [f"{match.weight_error:.3f}", mean, "", covariance, "", ""]
                self.write(row + 1, ["error", *errors], role="positive")
                for column, tip in ERROR_TIPS.items():
                    item = self.item(row + 1, column)
                    assert item is not None
                    item.setToolTip(as_tip(tip))
                row += 2

    def _tell(self, row: int, values: Sequence[float]) -> None:
        """The numbers of a row with all the digits that anybody needs, as tooltips."""
        for place, value in enumerate(values, start=1):
            item = self.item(row, place)
            assert item is not None
            item.setToolTip(true_minus(f"{value:.6g}"))

    def _lay_out(self, count: int, matched: tuple[int, ...]) -> None:
        """Make the rows of `count` components; `matched` are those that have two more, for the truth and the error."""
        if (count, *matched) == self._layout:
            return
        self._layout = (count, *matched)
        self.clearSpans()
        self.clearContents()
        self.setRowCount(count + 2 * len(matched))
        for place, k in enumerate(matched):
            error = k + 2 * place + 2
            self.setSpan(error, MEAN, 1, 2)
            self.setSpan(error, COVARIANCE, 1, 3)


def about_truth(snapshot: MixtureSnapshot) -> str:
    """Which components have a truth beside them, and what their errors are, in two lines."""
    truth, compared, count = snapshot.truth, len(snapshot.matches), snapshot.mixture.count
    if truth is None or not compared:
        return "Nobody knows the components these points come from: there is no truth to compare with."
    if count > compared:
        return f"There are {compared} true components, each beside the estimate that fits it; the others have none."
    if truth.count > compared:
        return (
            f"There are {truth.count} true components: {truth.count - compared} of them have no estimate of their own."
        )
    return "Errors: of a mean its distance from the true one, of Σ the largest difference of an entry."


def _error(value: float) -> str:
    return f"{value:.3f}" if value == 0 or 0.01 <= value < 100 else short(value)


def _numbers(weight: float, mean: NDArray[np.float64], covariance: NDArray[np.float64]) -> list[str]:
    across = covariance[0, 1]
    if abs(across) < LEAST_TILT * min(covariance[0, 0], covariance[1, 1]):
        across = 0.0  # to the digits that stand beside it; the tooltip has all of them
    values = (mean[0], mean[1], covariance[0, 0], across, covariance[1, 1])
    return [f"{weight:.3f}", *(short(value) for value in values)]


class PointExplanation(QWidget):
    """Bishop's eq. 9.23 for one point, with every number in it."""

    def __init__(self) -> None:
        super().__init__()
        self.heading = heading(NOTHING)
        self.note = muted(wrap=True)
        self.note.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.note.setFixedHeight(2 * self.note.fontMetrics().lineSpacing() + 2)  # room for both of its texts: no leaps
        self.formula = FormulaView(
            BAYES, "gamma k = pi k N(x | mu k, Sigma k) / sum over j of pi j N(x | mu j, Sigma j)"
        )
        self.numbers = FormulaView(size=15.0)
        self.table = NumberTable(
            ["", "σ away", "π", "N(x)", "π · N", "γ"],
            [
                "",
                "Mahalanobis distance from the mean, in standard deviations",
                "Weight of the component",
                "Density of the component at this point",
                "The numerator: weight times density",
                "Responsibility: the numerator divided by the sum of all numerators",
            ],
            "terms of the formula for each component",
        )
        self.table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        column(self.heading, self.note, self.formula, self.numbers, (self.table, 1), margins=8, spacing=8, inside=self)

    def show_moving(self, moving: bool) -> None:
        """Whether the run goes on meanwhile, so that the numbers in the formula are not the latest."""
        self.numbers.set_dimmed(moving)

    def show_point(
        self, snapshot: MixtureSnapshot | None, place: NDArray[np.float64] | None, name: str, *, aside: bool = False
    ) -> None:
        """Explain a place under the present parameters; None: nothing is chosen. `aside`: the fit is without it."""
        if snapshot is None or place is None:
            self.heading.setText(NOTHING)
            self.note.setText("")
            self.numbers.set_formula("")
            self.table.setRowCount(0)
            return
        found = explain_point(snapshot.mixture, place)
        self.heading.setText(f"{name} at ({short(place[0])}, {short(place[1])})")
        later = "" if snapshot.phase == "E" else " Its colour follows with the next E-step."
        more = " It is set aside, far from all others." if aside else later
        self.note.setText(f"Shared out among the present components.{more}")
        k = int(found.responsibilities.argmax())
        weight = snapshot.mixture.weights[k]
        gamma = found.responsibilities[k]
        self.numbers.set_formula(
            rf"\gamma_{{{k + 1}}} = \frac{{{weight:.3f}\cdot {small_tex(found.densities[k])}}}"
            rf"{{{small_tex(found.total)}}} = {gamma:.3f}",
            f"gamma {k + 1} = {weight:.3f} times {found.densities[k]:.3g} / {found.total:.3g} = {gamma:.3f}",
        )
        count = snapshot.mixture.count
        if self.table.rowCount() != count + 1:
            self.table.clearContents()
            self.table.setRowCount(count + 1)
        for j in range(count):
            texts = [f"{j + 1}", f"{found.distances[j]:.2f}", f"{snapshot.mixture.weights[j]:.3f}"]
            texts += [small(found.densities[j]), small(found.joint[j]), f"{found.responsibilities[j]:.3f}"]
            self.table.write(j, texts, color=component_color(j))
        self.table.write(count, ["sum", "", "1.000", "", small(found.total), "1.000"], role="muted")
