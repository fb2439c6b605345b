"""Several digits on one sheet are told from one digit of several strokes by the gap between them, since the strokes of
one digit overlap or nearly touch.
"""

from __future__ import annotations

from collections.abc import Sequence

from models.data.drawing.components import Box

NEAR = 0.12
"""Parts are of one digit when the gap between them is less than this share of the taller one's height. So of 7,494
digits by thirty writers 11 fall apart, and of two digits side by side hardly any are taken for one."""

AS_TALL = 0.6
"""A digit beside another is at least so tall, compared to it: the flag of a 5 or the bar of a 7 is not."""


MOST = 16
"""So many of the largest parts are looked at: a drawing of more is no row of digits, and the pen must not wait."""


def pieces(parts: Sequence[Box]) -> tuple[Box, ...]:
    """The digits, as boxes from left to right and then downwards, that strokes or patches with these boxes make up.

    One box, or none at all, where there are not clearly several: parts that are small beside the tallest (dots, flags,
    bars) belong to what is nearest to them.
    """
    groups = sorted(parts, key=_size)[-MOST:]
    while (pair := _nearest(groups)) is not None:
        first, second = pair
        joined = groups[first].joined(groups[second])
        groups = [box for i, box in enumerate(groups) if i not in pair] + [joined]
    return tuple(sorted(groups, key=_reading_order))


def _size(box: Box) -> float:
    return max(box.width, box.height)


def _reading_order(box: Box) -> tuple[float, float]:
    return box.left, box.top


def _nearest(groups: Sequence[Box]) -> tuple[int, int] | None:
    """The two groups that belong together and are nearest to each other; None when all stand apart."""
    pairs = [
        (_gap(groups[i], groups[j]), i, j)
        for i in range(len(groups))
        for j in range(i)
        if not _apart(groups[i], groups[j], max(map(_size, groups)))
    ]
    if not pairs:
        return None
    _, first, second = min(pairs)
    return first, second


def _gap(one: Box, other: Box) -> float:
    """Distance between two boxes; 0 when they overlap."""
    across = max(one.left - other.right, other.left - one.right, 0)
    down = max(one.top - other.bottom, other.top - one.bottom, 0)
    return max(across, down)


def _apart(one: Box, other: Box, largest: float) -> bool:
    """Whether two groups can be two digits: both of a digit's size, and a gap between them."""
    sizes = [_size(one), _size(other)]
    if min(sizes) < AS_TALL * max(largest * 0.9, max(sizes)):
        return False
    return _gap(one, other) > NEAR * max(sizes)
