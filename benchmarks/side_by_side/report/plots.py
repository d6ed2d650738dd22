"""Curves as SVG: small files, readable in light and in dark, without a library."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 190, 56, 52
MARKS = {
    "ours": ("#0b6e4f", "#5fd3a6", ""),
    "bare ASGI": ("#1d2430", "#e8ecf2", "1 3"),
    "plain FastAPI": ("#3d6b8c", "#9ac4e2", "4 2"),
    "none": ("#5a6473", "#a4afbe", "6 4"),
    "bare GROUP BY": ("#5a6473", "#a4afbe", "6 4"),
    "live": ("#b3261e", "#ff8a80", ""),
    "hourly": ("#9a4b00", "#f0a860", ""),
    "materialized view": ("#8a2f7d", "#e39ad6", ""),
    "row trigger": ("#1f5fbf", "#86b4ff", ""),
    "statement trigger": ("#0077a8", "#6fd0f5", "2 3"),
    "Redis": ("#7a6a00", "#e0cf5a", ""),
}
UNKNOWN = ("#1d2430", "#e8ecf2", "")
THEMES = {  # the ground, the ink and the grid
    "": ("#ffffff", "#1d2430", "#c9d0d9"),
    "@media (prefers-color-scheme: dark)": ("#0f141b", "#e8ecf2", "#3a4656"),
}

Point = tuple[float, float, float, float]
"""x, and y: the median, which is above 0, the lowest and the highest."""


@dataclass(frozen=True)
class Plot:
    """A picture of several curves, both axes logarithmic."""

    title: str
    x_label: str
    y_label: str
    curves: Mapping[str, Sequence[Point]]
    marks: Mapping[str, tuple[str, str, str]] = field(default_factory=lambda: MARKS)
    """Of each curve: its colour in light and in dark, and its dashes."""


class _Axis:
    """A logarithmic scale from values to pixels."""

    def __init__(self, values: list[float], start: float, end: float) -> None:
        low, high = math.log10(min(values)), math.log10(max(values))
        if high - low < 0.3:  # noqa: PLR2004 - a factor of two at least
            low, high = low - 0.15, high + 0.15
        self._low, self._high = low, high
        self._start, self._end = start, end

    def __call__(self, value: float) -> float:
        part = (math.log10(value) - self._low) / (self._high - self._low)
        return round(self._start + part * (self._end - self._start), 1)

    def ticks(self) -> list[float]:
        """Powers of ten, with steps between them if there are few."""
        powers = range(math.floor(self._low), math.ceil(self._high) + 1)
        for steps in ((1,), (1, 3), (1, 2, 5), range(1, 10)):
            ticks = [step * 10.0**power for power in powers for step in steps]
            ticks = [t for t in ticks if self._low - 1e-9 <= math.log10(t) <= self._high + 1e-9]
            if len(ticks) >= 3:  # noqa: PLR2004 - enough to read a scale
                break
        return ticks


def draw(plot: Plot) -> str:
    """The picture as the text of an SVG file."""
    points = [point for curve in plot.curves.values() for point in curve]
    xs = _Axis([point[0] for point in points], LEFT, WIDTH - RIGHT)
    ys = _Axis([y for point in points for y in point[1:] if y > 0], HEIGHT - BOTTOM, TOP)
    names = sorted(plot.curves, key=lambda name: -plot.curves[name][-1][1])
    parts = [_head(plot, names), *_grid(xs, ys, sorted({point[0] for point in points}))]
    for number, name in enumerate(names):
        parts += _curve(number, plot.curves[name], xs, ys)
    parts += _legend(names)
    return "\n".join([*parts, "</svg>\n"])


def _head(plot: Plot, names: list[str]) -> str:
    marks = [plot.marks.get(name, UNKNOWN) for name in names]
    styles = []
    for which, (condition, (ground, ink, soft)) in enumerate(THEMES.items()):
        colours = " ".join(f"--c{i}: {mark[which]};" for i, mark in enumerate(marks))
        rule = f"svg {{ background: {ground}; --ink: {ink}; --soft: {soft}; {colours} }}"
        styles.append(f"{condition} {{ {rule} }}" if condition else rule)
    classes = [
        f".s{i} {{ stroke: var(--c{i}); fill: none; stroke-dasharray: {mark[2] or 'none'}; "
        f"stroke-width: {3.5 if name == 'ours' else 2} }} .f{i} {{ fill: var(--c{i}) }}"
        for i, (name, mark) in enumerate(zip(names, marks, strict=True))
    ]
    title, x_label, y_label = map(escape, (plot.title, plot.x_label, plot.y_label))
    middle = (LEFT + WIDTH - RIGHT) / 2
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" \
width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{title}" \
font-family="system-ui, sans-serif" font-size="13">
<style>
{chr(10).join(styles)}
text {{ fill: var(--ink) }} .grid {{ stroke: var(--soft); stroke-width: 1 }} .mid {{ text-anchor: \
middle }} .end {{ text-anchor: end }}
{chr(10).join(classes)}
.range {{ stroke-width: 1.5; stroke-dasharray: none }}
</style>
<text x="{LEFT}" y="22" font-size="16" font-weight="600">{title}</text>
<text x="{LEFT}" y="42">{y_label}</text>
<text class="mid" x="{middle}" y="{HEIGHT - 12}">{x_label}</text>"""


def _grid(xs: _Axis, ys: _Axis, measured: list[float]) -> list[str]:
    lines = []
    for value in ys.ticks():
        y = ys(value)
        lines.append(f'<path class="grid" d="M{LEFT} {y}H{WIDTH - RIGHT}"/>')
        lines.append(f'<text class="end" x="{LEFT - 8}" y="{y + 4}">{short(value)}</text>')
    for value in measured:
        x = xs(value)
        lines.append(f'<path class="grid" d="M{x} {TOP}V{HEIGHT - BOTTOM}"/>')
        lines.append(f'<text class="mid" x="{x}" y="{HEIGHT - BOTTOM + 18}">{short(value)}</text>')
    return lines


def _curve(number: int, curve: Sequence[Point], xs: _Axis, ys: _Axis) -> list[str]:
    path = "L".join(f"{xs(x)} {ys(y)}" for x, y, _, _ in curve)
    parts = [f'<path class="s{number}" d="M{path}"/>']
    for x, y, low, high in curve:
        if 0 < low < high:
            parts.append(f'<path class="s{number} range" d="M{xs(x)} {ys(low)}V{ys(high)}"/>')
        parts.append(f'<circle class="f{number}" cx="{xs(x)}" cy="{ys(y)}" r="3.5"/>')
    return parts


def _legend(names: list[str]) -> list[str]:
    parts = []
    for i, name in enumerate(names):
        y = TOP + 14 + i * 22
        x = WIDTH - RIGHT + 16
        parts.append(f'<path class="s{i}" d="M{x} {y}H{x + 24}"/>')
        weight = ' font-weight="600"' if name == "ours" else ""
        parts.append(f'<text x="{x + 32}" y="{y + 4}"{weight}>{escape(name)}</text>')
    return parts


def short(value: float) -> str:
    """A number in few characters: 1.5, 20, 30k, 2M."""
    for size, unit in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{unit}"
    return f"{value:.3g}"
