"""The tabs by model name, in the order in which the window shows them. A new tab is one line here.

Classes are named, not imported: a tab is built when it is first looked at.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ui.shell.model_tab import ModelTab

TABS: dict[str, tuple[str, str]] = {
    "digits": ("Digits", "ui.tabs.digits.tab:DigitsTab"),
    "boundary": ("Boundary", "ui.tabs.boundary.tab:BoundaryTab"),
    "bits": ("Bits", "ui.tabs.bits.tab:BitsTab"),
    "cnn": ("CNN", "ui.tabs.cnn.tab:CnnTab"),
    "hopfield": ("Hopfield", "ui.tabs.hopfield.tab:HopfieldTab"),
    "mixture": ("Mixture", "ui.tabs.mixture.tab:MixtureTab"),
}
"""Model name → (title, class of its tab)."""


def make_tab(name: str) -> ModelTab:
    """Build the tab of a model."""
    from models.registry import get_model

    module, _, cls = TABS[name][1].partition(":")
    tab: ModelTab = getattr(import_module(module), cls)(get_model(name))
    return tab
