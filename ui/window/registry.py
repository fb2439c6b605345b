"""The pages of the window by name, in the order in which it shows them. A new tab is one line here.

Classes are named, not imported: a page is built when it is first looked at.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ui.shell.model_tab import ModelTab
    from ui.shell.page import Page

TABS: dict[str, tuple[str, str]] = {
    "digits": ("Digits", "ui.tabs.digits.tab:DigitsTab"),
    "boundary": ("Boundary", "ui.tabs.boundary.tab:BoundaryTab"),
    "bits": ("Bits", "ui.tabs.bits.tab:BitsTab"),
    "cnn": ("CNN", "ui.tabs.cnn.tab:CnnTab"),
    "hopfield": ("Hopfield", "ui.tabs.hopfield.tab:HopfieldTab"),
    "mixture": ("Mixture", "ui.tabs.mixture.tab:MixtureTab"),
    "colours": ("Colours", "ui.tabs.colours.tab:ColoursTab"),
    "sequence": ("Sequence", "ui.tabs.sequence.tab:SequenceTab"),
}
"""Model name → (title, class of its tab)."""

PAGES: dict[str, tuple[str, str]] = {}
"""Name → (title, class) of the pages that are no model and have no run; they stand before the tabs. The class is a
`ui.shell.page.Page` and is called with name and title."""


def titles() -> dict[str, str]:
    """What stands on the tab of every page, by name, in their order."""
    return {name: title for name, (title, _) in (PAGES | TABS).items()}


def make_page(name: str) -> Page:
    """Build a page that is no model."""
    title, place = PAGES[name]
    page: Page = _named(place)(name, title)
    return page


def make_tab(name: str) -> ModelTab:
    """Build the tab of a model."""
    from models.registry import get_model

    tab: ModelTab = _named(TABS[name][1])(get_model(name))
    return tab


def _named(place: str) -> type:
    """The class that a line of a registry names."""
    module, _, name = place.partition(":")
    found: type = getattr(import_module(module), name)
    return found
