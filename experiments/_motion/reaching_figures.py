"""Pictures of reaches: paths of the hand, an animation of the arm, and errors by delay."""

import numpy as np

from .._study.figures import new_figure
from .reaching import DT

__all__ = ["animate", "draw_delays", "draw_paths"]

COLOURS = {"trained": "C0", "untrained": "C3"}
EVERY = 4  # steps from one picture of the animation to the next
REST = 10  # pictures of the end of a reach
SHOWN = 8  # reaches in the animation


def _colour(data, goal):
    return COLOURS["trained" if data.trained[goal] else "untrained"]


def draw_paths(path, data, reaches):
    """Draw the paths of the hand to all goals of the test, a panel for each of six conditions.

    `reaches` has the result of :func:`reach` by condition.
    """
    figure = new_figure((9.0, 6.4))
    axes = figure.subplots(2, 3, sharex=True, sharey=True).ravel()
    for ax, (condition, reached) in zip(axes, reaches.items(), strict=True):
        for goal, hand in zip(data.test, 100 * reached.hand, strict=True):
            colour = _colour(data, goal)
            ax.plot(*hand.T, color=colour, linewidth=1.0)
            ax.plot(*hand[-1], ".", color=colour, markersize=4)
            ax.plot(*100 * data.goals[goal], "o", color=colour, markersize=7, fillstyle="none")
        ax.set_title(condition, fontsize="small")
        ax.set(xlim=(-30, 30), ylim=(20, 80), aspect="equal")
        ax.spines[["top", "right"]].set_visible(False)
    for ax in axes[3:]:
        ax.set_xlabel("x (cm)")
    for ax in axes[::3]:
        ax.set_ylabel("y (cm)")
    for name, colour in COLOURS.items():
        axes[0].plot([], [], "o", color=colour, fillstyle="none", label=f"{name} goal")
    axes[0].legend(fontsize="x-small", frameon=False, loc="lower left", ncols=2)
    figure.savefig(path)


def draw_delays(path, table):
    """Draw the error of each model by the delay of the angles; `table` has a row for each."""
    figure = new_figure((5.0, 3.2))
    ax = figure.subplots()
    for name, rows in table.sort_values("delay", kind="stable").groupby("model", sort=False):
        line = ax.plot(rows["delay"], rows["median"], "o-", markersize=4, label=name)[0]
        ax.fill_between(
            rows["delay"], rows["low"], rows["high"], color=line.get_color(), alpha=0.15,
            linewidth=0,
        )  # fmt: skip
    ax.set(xlabel="delay of the angles (ms)", ylabel="median error (cm)", ylim=(0, None))
    ax.legend(fontsize="small", frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)


def animate(path, data, reached):
    """Write an animation of the arm that reaches for some goals of the test, as a GIF."""
    from matplotlib.animation import PillowWriter

    figure = new_figure((3.6, 3.6), dpi=80)
    ax = figure.subplots()
    ax.set(xlim=(-55, 55), ylim=(-15, 85), aspect="equal", xlabel="x (cm)", ylabel="y (cm)")
    for goal in data.test:
        ax.plot(*100 * data.goals[goal], "o", color=_colour(data, goal), fillstyle="none")
    ax.plot(0, 0, "ks", markersize=6)
    arm = ax.plot([], [], "o-", color="0.3", linewidth=4, markersize=5)[0]
    trace = ax.plot([], [], linewidth=1.5)[0]
    writer = PillowWriter(fps=round(1000 / (EVERY * DT) / 2))  # half as fast as it is
    with writer.saving(figure, str(path), dpi=80):
        for i in np.linspace(0, len(data.test) - 1, min(SHOWN, len(data.test))).astype(int):
            trace.set_color(_colour(data, data.test[i]))
            joints = 100 * _joints(data.arm.length, reached.angles[i])
            steps = [*range(0, len(joints), EVERY), *[len(joints) - 1] * REST]
            for step in steps:
                arm.set_data(*joints[step].T)
                trace.set_data(*joints[: step + 1, 2].T)
                writer.grab_frame()


def _joints(length, angles):
    """Return the positions of shoulder, elbow and hand, of shape (n_times, 3, 2)."""
    turns = np.cumsum(angles, axis=1)
    links = length * np.stack([np.cos(turns), np.sin(turns)], axis=-1)
    return np.concatenate([np.zeros((len(links), 1, 2)), np.cumsum(links, axis=1)], axis=1)
