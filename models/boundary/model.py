"""The Boundary tab's model as the playground knows it: presets, metrics, and what it has to say at the end."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from models.base import ConfigError, MetricSpec, Model, Preset, Report, ReportTable
from models.boundary.config import OWN, BoundaryConfig
from models.boundary.data import bayes_accuracy, features, fresh_points, load_points, open_points, open_table
from models.boundary.network import layers_of
from models.boundary.trainer import BoundaryTrainer
from models.supervised.confusion import confusion


def suited(config: BoundaryConfig, own: bool, fixed: Collection[str] = ()) -> tuple[BoundaryConfig, str]:
    """See `Model.suited`; raises ConfigError for points of one's own where there is no canvas to draw them on."""
    if config.dataset == OWN and not own:
        raise ConfigError("There are no points of your own to train on: give a file with --data points.csv.")
    return config, ""


def report(trainer: BoundaryTrainer) -> Report:
    """Training and test results in full, and the confusion matrix.

    The test points are fresh ones from the same source where there is one, since a stop rule has looked at the held-out
    points; for points of the user's own they are the held-out ones.
    """
    config = trainer.config
    known = set(map(tuple, load_points(config).points))
    points = list(map(tuple, trainer.data.points))
    generated = 2 * sum(point in known for point in points) >= len(points)
    fresh = fresh_points(config) if generated else None  # not when most points are the user's own
    test = trainer.held_out_points if fresh is None else fresh
    source = "held-out points" if fresh is None else "fresh points"
    metrics: dict[str, Any] = {"test_points": len(test), "test_source": source, "stop_reason": trainer.stop_reason}
    for name, data in (("train", trainer.training_points), ("test", test)):
        if len(data):
            metrics |= {f"{name}_{key}": value for key, value in trainer.measure(data).items()}
    counted: ReportTable | None = None
    rows: list[tuple[str | None, ...]] = []
    if test.labels is not None and len(test):
        classes = trainer.classify(trainer.network.forward(features(test.points, config.inputs)))
        counts = confusion(test.labels, classes, len(test.class_names))
        metrics["confusion"] = counts.tolist()
        counted = ReportTable(
            ("true / answer", *test.class_names),
            tuple((name, *row) for name, row in zip(test.class_names, counts.tolist(), strict=True)),
        )
    for name, label in (("train", f"{trainer.train_count:,} training points"), ("test", f"{len(test):,} {source}")):
        if f"{name}_accuracy" in metrics:
            rows.append((f"accuracy on {label}", _percent(metrics[f"{name}_accuracy"])))
        elif f"{name}_r2" in metrics:
            rows.append((f"variance explained on {label}", _percent(metrics[f"{name}_r2"])))
    if config.dataset == "two-gaussians" and fresh is not None:
        metrics["bayes_accuracy"] = bayes_accuracy(fresh, config.noise)
        rows.append(("best possible on these (Bayes’ rule)", _percent(metrics["bayes_accuracy"])))
    if trainer.stop_reason:
        rows.append((trainer.stop_reason, None))
    shares = ReportTable(("", "share"), tuple(rows))
    if counted is None:
        return Report(shares.columns, shares.rows, metrics)
    return Report(counted.columns, counted.rows, metrics, (shares,))


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"


METRICS = (
    MetricSpec(
        "held_out_accuracy",
        "held-out accuracy",
        plot="accuracy",
        unit="%",
        held_out=True,
        better="higher",
        optional=True,
        complement="error rate",
    ),
    MetricSpec(
        "accuracy",
        "training batch accuracy",
        plot="accuracy",
        unit="%",
        better="higher",
        optional=True,
        complement="error rate",
    ),
    MetricSpec("loss", "training batch loss", plot="loss", log=True, better="lower"),
    MetricSpec("held_out_loss", "held-out loss", plot="loss", log=True, held_out=True, better="lower"),
)

PRESETS = {
    "circles": Preset(
        BoundaryConfig(
            dataset="circles", points_per_class=250, hidden=(8,), learning_rate=0.03, schedule="one_cycle", epochs=80
        ),
        "A disc inside a ring: each of eight neurons draws a line, together they fence it in.",
        watch="how the line of each neuron moves until the fence is closed",
    ),
    "two-gaussians": Preset(
        BoundaryConfig(
            dataset="two-gaussians",
            hidden=(32,),
            activation=("bipolar_sigmoid",),
            output_activation="bipolar_sigmoid",
            loss="mse",
            optimizer="momentum",
            momentum=0.6,
            learning_rate=0.1,
            batch_size=20_000,
            epochs=1000,
            patience=10,
            initializer="normal",
            initial_scale=0.5,
        ),
        "The MLP library’s classes and settings: momentum, full batch, and a patience of 10 epochs. 97.5 % of fresh "
        "points (97.8 % is the best possible); about one seed in twenty stops too soon, on a plateau.",
        watch="when the held-out loss no longer falls: the stop rule ends the run",
    ),
    "xor": Preset(
        BoundaryConfig(
            dataset="xor",
            points_per_class=400,
            hidden=(8,),
            activation=("relu",),
            initializer="he",
            learning_rate=0.02,
            epochs=60,
        ),
        "A checkerboard: no straight line can do it, one hidden layer can.",
        watch="which lines the hidden neurons put together",
    ),
    "spiral": Preset(
        BoundaryConfig(
            dataset="spiral",
            points_per_class=200,
            hidden=(16, 16, 16),
            learning_rate=0.02,
            schedule="one_cycle",
            batch_size=20,
            epochs=300,
            initializer="he",
        ),
        "Two arms around each other: three layers bend the plane until a line separates them.",
        watch="the hidden space, where the arms are pulled apart",
    ),
    "blobs": Preset(
        BoundaryConfig(dataset="blobs", classes=5, hidden=(8,), learning_rate=0.03, epochs=60),
        "Five classes, five outputs: softmax turns them into probabilities.",
        watch="how five colours come to share the plane",
    ),
    "regression": Preset(
        BoundaryConfig(
            dataset="hills",
            points_per_class=250,
            hidden=(16, 16),
            loss="mse",
            learning_rate=0.02,
            schedule="one_cycle",
            epochs=200,
        ),
        "Not a class but a value for every point: the network models three hills and three hollows.",
        watch="how the colours of the plane become hills and hollows",
    ),
    "linear-on-xor": Preset(
        BoundaryConfig(dataset="xor", hidden=(), learning_rate=0.03, epochs=100),
        "Fails, and must: without a hidden layer the boundary is a straight line. Give it xy as an input, or neurons.",
        watch="a straight line that turns and never gets it right",
    ),
    "step-too-large": Preset(
        BoundaryConfig(
            dataset="circles",
            hidden=(8,),
            activation=("relu",),
            output_activation="identity",
            loss="mse",
            optimizer="sgd",
            learning_rate=3.0,
            epochs=100,
            initializer="he",
        ),
        "Fails: every step overshoots and the loss explodes. Go back and make the step ten times smaller.",
    ),
}

MODEL = Model(
    name="boundary",
    title="Boundary",
    summary="A small network learns to tell points in the plane apart.",
    config=BoundaryConfig,
    trainer=BoundaryTrainer,
    load=load_points,
    presets=PRESETS,
    metrics=METRICS,
    open_data=open_points,
    open_table=open_table,
    suited=suited,
    report=report,
    layers_of=layers_of,
    length="epochs",
    task=frozenset({"dataset"}),
)
