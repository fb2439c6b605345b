"""A convolution slides small filters over an image: each number of a feature map says how strongly one filter answers
to one patch. Written out plainly, that is `convolve`, the first function below; `convolve_back` is its way back.

`Conv2D` computes the same, faster. All patches laid out as the rows of a matrix turn the sums into one matrix product
("im2col"; Chellapilla, Puri & Simard, *High performance convolutional neural networks for document processing*, 2006).
Here a row of the matrix is a patch a little wider than the kernel, just wide enough for `tile` neighbouring outputs:

    tile = 1:  [kernel]            →  1 output        the textbook's im2col
    tile = 4:  [kernel + 3 px]     →  4 outputs       the kernel stands in the weight matrix 4 times, each a pixel on

The product multiplies by a few zeros more, but several times fewer numbers are copied. Copying, not multiplying, is
what makes im2col slow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from models.base import ConfigError
from models.nn.initializers import Initializer, he
from models.nn.layer import Array, Layer, Shape


def convolve(images: Array, weight: Array, bias: Array, stride: int = 1) -> Array:
    """out[n, y, x, f] = bias[f] + Σ_ijc images[n, s·y + i, s·x + j, c] · weight[i, j, c, f], with the stride s.

    Images (N, H, W, C) and filters (kh, kw, C, F) give feature maps (N, H', W', F), H' = ⌊(H − kh) / s⌋ + 1.
    """
    (kh, kw), (height, width) = weight.shape[:2], images.shape[1:3]
    out = np.empty((len(images), (height - kh) // stride + 1, (width - kw) // stride + 1, len(bias)), weight.dtype)
    for y, x in np.ndindex(out.shape[1:3]):
        patch = images[:, stride * y : stride * y + kh, stride * x : stride * x + kw]
        out[:, y, x] = np.tensordot(patch, weight, 3) + bias
    return out


def convolve_back(images: Array, weight: Array, gradient: Array, stride: int = 1) -> tuple[Array, Array, Array]:
    """From ∂loss/∂out (N, H', W', F) to the gradients of images, weight and bias: who took part gets a share."""
    (kh, kw), of_images, of_weight = weight.shape[:2], np.zeros_like(images), np.zeros_like(weight)
    for y, x in np.ndindex(gradient.shape[1:3]):
        place = np.s_[:, stride * y : stride * y + kh, stride * x : stride * x + kw]
        of_weight += np.tensordot(images[place], gradient[:, y, x], (0, 0))
        of_images[place] += np.tensordot(gradient[:, y, x], weight, (1, 3))
    return of_images, of_weight, gradient.sum(axis=(0, 1, 2))


@dataclass(frozen=True)
class _Plan:
    """How a convolution is laid out for one input size.

    Attributes:
        rows, columns: size of the feature maps.
        tile: neighbouring outputs of a row that are computed from one wide patch; divides `columns`.
        span: width of that patch in pixels.
        tiles: wide patches in a row.
        pieces: how many tiles a wide patch reaches into, its own included.
    """

    rows: int
    columns: int
    tile: int
    span: int
    tiles: int
    pieces: int


@lru_cache(maxsize=256)
def _plan(
    height: int, width: int, channels: int, filters: int, kernel: tuple[int, int], stride: int, padding: int
) -> _Plan:
    """Map size and the cheapest tile for maps of height × width × channels; raises ConfigError if nothing fits."""
    tall, wide = height + 2 * padding, width + 2 * padding
    rows, columns = (tall - kernel[0]) // stride + 1, (wide - kernel[1]) // stride + 1
    if tall < kernel[0] or wide < kernel[1]:
        room = f"{height}×{width}" + (f", {tall}×{wide} with its padding" if padding else "")
        raise ConfigError(
            f"A {kernel[0]}×{kernel[1]} kernel is larger than the map it should slide over ({room}): "
            "choose a smaller kernel, more padding, or less pooling before it."
        )

    def span(tile: int) -> int:
        return (tile - 1) * stride + kernel[1]

    def pieces(tile: int) -> int:
        return -(-span(tile) // (tile * stride))

    def cost(tile: int) -> float:
        # Nanoseconds per output, measured: multiply and add in the three products; start and copy a run of floats;
        # add it back into the input's gradient.
        run = span(tile) * channels
        multiply = 3 * kernel[0] * run * filters / 45
        return multiply + kernel[0] * ((6 + 0.1 * run) + (8 * pieces(tile) + 0.2 * run)) / tile

    tile = min((tile for tile in range(1, columns + 1) if columns % tile == 0), key=cost)
    return _Plan(rows, columns, tile, span(tile), columns // tile, pieces(tile))


class Conv2D(Layer):
    """Filters of kh×kw pixels over all channels: (N, H, W, C) → (N, H', W', filters).

    H' = ⌊(H + 2·padding − kh) / stride⌋ + 1, and likewise W'. Parameters: weight (kh, kw, C, filters), bias (filters,).

    A training forward returns an array that the layer uses again for the next one.

    Attributes:
        filters: number of filters, and so of feature maps.
        kernel: height and width of a filter in pixels.
        stride: pixels from one patch to the next.
        padding: rows and columns of zeros put around the image, on every side.
    """

    def __init__(
        self,
        filters: int,
        kernel: int | tuple[int, int] = 3,
        initializer: Initializer | None = None,
        *,
        stride: int = 1,
        padding: int = 0,
    ) -> None:
        super().__init__()
        self._initializer = initializer or he()
        self.filters = filters
        self.kernel = (kernel, kernel) if isinstance(kernel, int) else kernel
        self.stride = stride
        self.padding = padding
        self._input_shape: tuple[int, ...] = ()
        self._patches: Array | None = None  # of the last training forward, for backward

    def parameter_shapes(self, input_shape: Shape) -> Mapping[str, Shape]:
        """One filter per feature map, as deep as the input, and one bias."""
        return {"weight": (*self.kernel, input_shape[-1], self.filters), "bias": (self.filters,)}

    def output_shape(self, input_shape: Shape) -> Shape:
        """(H, W, C) → (H', W', filters); raises ConfigError when the kernel is larger than the map."""
        if len(input_shape) != 3:
            raise ConfigError(
                f"A convolution needs maps (height, width, channels), not {input_shape[0]} numbers in a row."
            )
        plan = self._plan(input_shape)
        return plan.rows, plan.columns, self.filters

    def initialize(self, rng: np.random.Generator) -> None:
        """Random filters, no bias; a feature sees kh·kw·C numbers (fan_in) and each is seen by kh·kw·filters."""
        weight = self.parameters["weight"]
        self._initializer(rng, weight, weight[..., 0].size, weight[:, :, 0].size)
        self.parameters["bias"].fill(0.0)

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Slide the filters over a batch of maps (N, H, W, C) → (N, H', W', filters)."""
        plan = self._plan(x.shape[1:])
        # Inference gets its own arrays, so that it can come between a forward and its backward.
        patches = self._unfold(x, plan, "training " if training else "inference ")
        matrix = self._weight_matrix(plan, x.shape[-1])
        shape = (len(patches), plan.tile * self.filters)
        out = self._array("output", shape) if training else np.empty(shape, matrix.dtype)
        np.matmul(patches, matrix, out=out)
        bias = self._array("bias", (plan.columns, self.filters))
        bias[...] = self.parameters["bias"]
        by_row = out.reshape(-1, plan.columns * self.filters)  # NumPy adds few long rows faster than many short ones
        by_row += bias.reshape(-1)
        if training:
            self._patches, self._input_shape = patches, x.shape
        return out.reshape(len(x), plan.rows, plan.columns, self.filters)

    def backward(self, gradient: Array, *, need_input: bool = True) -> Array | None:
        """From G = ∂loss/∂out, with X the matrix of patches and W that of weights: ∂W = Xᵀ G, ∂b = Σ G, ∂X = G Wᵀ.

        A pixel stands in several patches; its gradient is the sum over all of them.
        """
        assert self._patches is not None, "backward() needs a forward(training=True) first"
        plan = self._plan(self._input_shape[1:])
        channels = self._input_shape[-1]
        flat = gradient.reshape(len(self._patches), plan.tile * self.filters)

        self.gradients["bias"][...] = (np.ones(len(flat), flat.dtype) @ flat).reshape(plan.tile, -1).sum(axis=0)
        matrix_gradient = self._array("matrix gradient", (self._patches.shape[1], flat.shape[1]))
        np.matmul(self._patches.T, flat, out=matrix_gradient)
        np.add.reduce(self._places(matrix_gradient, plan), axis=0, out=self.gradients["weight"])
        if not need_input:
            return None
        patch_gradient = self._array("patch gradient", self._patches.shape)
        np.matmul(flat, self._weight_matrix(plan, channels).T, out=patch_gradient)
        return self._fold(patch_gradient, plan)

    def _plan(self, shape: Shape) -> _Plan:
        return _plan(*shape, self.filters, self.kernel, self.stride, self.padding)

    def _array(self, name: str, shape: Shape) -> Array:
        return self._kept.array(name, shape, self.parameters["weight"].dtype)

    def _weight_matrix(self, plan: _Plan, channels: int) -> Array:
        """The kernel, once per output of a tile, each `stride` pixels on: (kh·span·C, tile·filters)."""
        matrix = self._array("matrix", (self.kernel[0] * plan.span * channels, plan.tile * self.filters))
        self._places(matrix, plan)[...] = self.parameters["weight"]
        return matrix

    def _places(self, matrix: Array, plan: _Plan) -> Array:
        """Where the kernel stands in a matrix of weights: a view into it, (tile, kh, kw, C, filters)."""
        kh, kw = self.kernel
        channels = len(matrix) // (kh * plan.span)
        output = self.filters * matrix.itemsize  # in bytes: from one output of the tile to the next,
        row = plan.tile * output  # from one row of the matrix to the next,
        pixel = channels * row  # and from one pixel of the patch to the next
        steps = (self.stride * pixel + output, plan.span * pixel, pixel, row, matrix.itemsize)
        return np.ndarray((plan.tile, kh, kw, channels, self.filters), matrix.dtype, matrix, strides=steps)

    def _unfold(self, x: Array, plan: _Plan, use: str) -> Array:
        """All wide patches, one after the other, as a matrix: (N·H'·tiles, kh·span·C)."""
        samples, height, width, channels = x.shape
        if self.padding:
            p = self.padding
            padded = self._array(use + "padded", (samples, height + 2 * p, width + 2 * p, channels))
            padded[:, p : p + height, p : p + width] = x  # the frame keeps its zeros
            x = padded
        patches = self._array(use + "patches", (samples, plan.rows, plan.tiles, self.kernel[0], plan.span * channels))
        x = np.ascontiguousarray(x, patches.dtype)
        # The numbers of a row of a patch lie side by side. NumPy copies such a run much faster as one item.
        run = np.dtype((np.void, plan.span * channels * x.itemsize))
        pixel = channels * x.itemsize
        row = x.shape[2] * pixel
        steps = (x.shape[1] * row, self.stride * row, plan.tile * self.stride * pixel, row)  # in bytes
        patches.view(run)[..., 0] = np.ndarray(patches.shape[:-1], run, x, strides=steps)  # a view: windows overlap
        return patches.reshape(samples * plan.rows * plan.tiles, -1)

    def _fold(self, patch_gradient: Array, plan: _Plan) -> Array:
        """The way back from `_unfold`: every pixel collects what all its patches say, → (N, H, W, C)."""
        samples, height, width, channels = self._input_shape
        p, run, step = self.padding, plan.span * channels, plan.tile * self.stride * channels
        patches = patch_gradient.reshape(samples, plan.rows, plan.tiles, self.kernel[0], run)
        # First down the rows: neighbouring patches of a column overlap, but equal rows of the kernel do not …
        rows = self._array("rows gradient", (samples, height + 2 * p, plan.tiles, plan.pieces * step))
        if self.stride > 1:
            rows[..., :run] = 0  # what lies behind a run keeps its zeros
        else:
            rows[:, plan.rows :, :, :run] = 0
        rows[:, : plan.rows * self.stride : self.stride, :, :run] = patches[:, :, :, 0]
        for i in range(1, self.kernel[0]):
            place = rows[:, i : i + plan.rows * self.stride : self.stride, :, :run]
            place += patches[:, :, :, i]
        # … then along the columns, in pieces as wide as the step from tile to tile, which do not overlap either.
        wide = max(width + 2 * p, (plan.tiles + plan.pieces - 1) * plan.tile * self.stride)
        total = self._array("input gradient", (samples, height + 2 * p, wide * channels))
        pieces = self._array("pieces", (plan.pieces, samples, height + 2 * p, plan.tiles * step))
        item = np.dtype((np.void, step * pieces.itemsize))  # as in `_unfold`
        pieces.view(item)[...] = rows.view(item).transpose(3, 0, 1, 2)
        total[:, :, : plan.tiles * step] = pieces[0]
        total[:, :, plan.tiles * step :] = 0
        for i in range(1, plan.pieces):
            place = total[:, :, i * step : (i + plan.tiles) * step]
            place += pieces[i]
        return total.reshape(samples, height + 2 * p, wide, channels)[:, p : p + height, p : p + width]


class ConvEachMap(Conv2D):
    """The same filters look at every map by itself: (N, H, W, C) → (N, H', W', C · filters), map by map.

    Parameters: weight (kh, kw, 1, filters), bias (filters,), whatever the number of maps.
    """

    def parameter_shapes(self, input_shape: Shape) -> Mapping[str, Shape]:
        """Filters one map deep."""
        return super().parameter_shapes((*input_shape[:-1], 1))

    def output_shape(self, input_shape: Shape) -> Shape:
        """(H, W, C) → (H', W', C · filters)."""
        rows, columns, filters = super().output_shape((*input_shape[:-1], 1) if len(input_shape) == 3 else input_shape)
        return rows, columns, input_shape[-1] * filters

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Every map becomes an image of its own, so that the batch is C times as large."""
        samples, height, width, maps = x.shape
        images = x.transpose(0, 3, 1, 2).reshape(samples * maps, height, width, 1)
        out = super().forward(images, training=training)
        rows, columns = out.shape[1:3]
        return (
            out.reshape(samples, maps, rows, columns, -1).transpose(0, 2, 3, 1, 4).reshape(samples, rows, columns, -1)
        )

    def backward(self, gradient: Array, *, need_input: bool = True) -> Array | None:
        """The gradients of all maps add up in the filters that they share."""
        samples, rows, columns, _ = gradient.shape
        maps = self._input_shape[0] // samples
        split = gradient.reshape(samples, rows, columns, maps, self.filters).transpose(0, 3, 1, 2, 4)
        below = super().backward(split.reshape(samples * maps, rows, columns, self.filters), need_input=need_input)
        if below is None:
            return None
        height, width = below.shape[1:3]
        return below.reshape(samples, maps, height, width).transpose(0, 2, 3, 1)
