"""The numbers of a mixture: estimates beside the truth, and how one point is shared out, with the formula."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QWidget

from models.mixture.em import explain_point
from models.mixture.snapshot import MixtureSnapshot
from ui.tabs.mixture.view import component_color
from ui.widgets.formula import FormulaView
from ui.widgets.layout import column, heading
from ui.widgets.number_table import NumberTable
from ui.widgets.numbers import short, small, small_tex
from ui.widgets.plain import as_tip

BAYES = r"\gamma_k = \frac{\pi_k\,\mathcal{N}(x\mid\mu_k,\Sigma_k)}{\sum_j \pi_j\,\mathcal{N}(x\mid\mu_j,\Sigma_j)}"
MEAN, COVARIANCE = 2, 4
"""The first columns of the mean and of the covariance."""
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
            row += 1
            if truth is not None and k in matched:
                match = matched[k]
                t = match.true
                values = _numbers(truth.weights[t], truth.means[t], truth.covariances[t])
                self.write(row, ["true", *values], role="muted")
                mean, covariance = f"|Δμ| {_error(match.mean_error)}", f"max |ΔΣ| {_error(match.covariance_error)}"
                errors = [f"{match.weight_error:.3f}", mean, "", covariance, "", ""]
                self.write(row + 1, ["error", *errors], role="positive")
                for column, tip in ERROR_TIPS.items():
                    item = self.item(row + 1, column)
                    assert item is not None
                    item.setToolTip(as_tip(tip))
                row += 2

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
        return "Nobody knows the bells these points come from: there is no truth to compare with."
    if count > compared:
        return f"There are {compared} true bells: each is beside the estimate that fits it, the others have none."
    if truth.count > compared:
        return f"There are {truth.count} true bells: {truth.count - compared} of them have no estimate of their own."
    return "Errors: of a mean its distance from the true one, of Σ the largest difference of an entry."


def _error(value: float) -> str:
    return f"{value:.3f}" if value < 100 else short(value)


def _numbers(weight: float, mean: NDArray[np.float64], covariance: NDArray[np.float64]) -> list[str]:
    values = (mean[0], mean[1], covariance[0, 0], covariance[0, 1], covariance[1, 1])
    return [f"{weight:.3f}", *(short(value) for value in values)]


class PointExplanation(QWidget):
    """Bishop's eq. 9.23 for one point, with every number in it."""

    def __init__(self) -> None:
        super().__init__()
        self.heading = heading("Click a point to see how the bells share it")
        self.heading.setWordWrap(True)
        self.formula = FormulaView(
            BAYES, "gamma k = pi k N(x | mu k, Sigma k) / sum over j of pi j N(x | mu j, Sigma j)"
        )
        self.numbers = FormulaView(size=15.0)
        self.table = NumberTable(
            ["", "σ away", "π", "N(x|μ,Σ)", "π · N", "γ"],
            [
                "",
                "Mahalanobis distance from the mean, in standard deviations",
                "Weight of the component",
                "Density of the bell at this point",
                "The numerator: weight times density",
                "Responsibility: the numerator divided by the sum of all numerators",
            ],
            "terms of the formula for each component",
        )
        column(self.heading, self.formula, self.numbers, (self.table, 1), margins=8, spacing=8, inside=self)

    def show_point(self, snapshot: MixtureSnapshot | None, place: NDArray[np.float64] | None, name: str) -> None:
        """Explain a place under the present parameters; None: nothing is chosen."""
        if snapshot is None or place is None:
            self.heading.setText("Click a point to see how the bells share it")
            self.numbers.set_formula("")
            self.table.setRowCount(0)
            return
        found = explain_point(snapshot.mixture, place)
        later = " The colours follow with the next E-step." if snapshot.phase != "E" else ""
        self.heading.setText(f"{name} at ({short(place[0])}, {short(place[1])}), under the present bells.{later}")
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
