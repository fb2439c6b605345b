"""Series of numbers: made by formulas, measured in nature, or the user's own."""
