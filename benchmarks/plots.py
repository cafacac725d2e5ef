"""Plots as SVG, readable in light and dark: bars, and lines over steps. Pure: figures in, text out."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LINE = 760, 22
_COLOURS = 6
_STYLE = """<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328 } .quiet { fill: #59636e; font-size: 12px }
.title { font-weight: 600; font-size: 15px } .rule { stroke: #d1d9e0; stroke-width: 1 } .ground { fill: #ffffff }
.f0 { fill: #0b62c4 } .f1 { fill: #b35900 } .f2 { fill: #1a7f37 } .f3 { fill: #8250df } .f4 { fill: #bf3989 }
.f5 { fill: #59636e } .l { fill: none; stroke-width: 2 } .s0 { stroke: #0b62c4 } .s1 { stroke: #b35900 }
.s2 { stroke: #1a7f37 } .s3 { stroke: #8250df } .s4 { stroke: #bf3989 } .s5 { stroke: #59636e }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc } .quiet { fill: #9198a1 } .rule { stroke: #3d444d } .ground { fill: #0d1117 }
.f0 { fill: #58a6ff } .f1 { fill: #e3933e } .f2 { fill: #3fb950 } .f3 { fill: #ab7df8 } .f4 { fill: #f778ba }
.f5 { fill: #9198a1 } .s0 { stroke: #58a6ff } .s1 { stroke: #e3933e } .s2 { stroke: #3fb950 } .s3 { stroke: #ab7df8 }
.s4 { stroke: #f778ba } .s5 { stroke: #9198a1 }
}
</style>"""


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of bars: a name, and a value for each kind of bar in their order."""

    name: str
    values: tuple[float, ...]


def number(value: float) -> str:
    """A figure in as many digits as mean something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def bars(title: str, unit: str, kinds: Sequence[str], rows: Sequence[Bar], goal: float | None = None) -> str:
    """Horizontal bars from zero, a group of `kinds` for each row, each with its figure; `goal` is a dashed line."""
    left, right, top = 190, 90, 64 if len(kinds) > 1 else 44
    most = max([value for row in rows for value in row.values] + [goal or 0.0, 1e-9])
    scale = (WIDTH - left - right) / most
    thick = 16 if len(kinds) == 1 else 12
    parts, at = [], top
    for row in rows:
        middle = at + thick * len(kinds) / 2 + 4
        parts.append(f'<text x="{left - 10}" y="{middle:.0f}" text-anchor="end">{escape(row.name)}</text>')
        for kind, value in enumerate(row.values):
            y = at + kind * thick
            parts.append(
                f'<rect class="f{kind % _COLOURS}" x="{left}" y="{y}" width="{max(value * scale, 1):.1f}" '
                f'height="{thick - 2}"/><text class="quiet" x="{left + value * scale + 6:.1f}" '
                f'y="{y + thick - 3}">{number(value)} {escape(unit)}</text>'
            )
        at += thick * len(kinds) + 10
    if goal is not None:
        x = left + goal * scale
        parts.append(f'<path class="rule" stroke-dasharray="4 3" d="M{x:.1f} {top - 6}V{at}"/>')
        parts.append(f'<text class="quiet" x="{x:.1f}" y="{at + 12}" text-anchor="middle">goal {number(goal)}</text>')
    if len(kinds) > 1:
        parts.append(_legend(kinds, left, 46))
    return _picture(title, at + (20 if goal is not None else 4), parts)


def lines(title: str, steps: Sequence[str], series: Mapping[str, Sequence[float | None]], ground: str) -> str:
    """A line for each of `series` over `steps`, on a logarithmic scale; None where there is no figure.

    `ground` says what the scale means.
    """
    left, right, top, height = 60, 270, 64, 260
    known = [value for values in series.values() for value in values if value is not None and value > 0]
    low, high = math.floor(math.log10(min(known, default=1))), math.ceil(math.log10(max(known, default=10)))
    high = max(high, low + 1)

    def y(value: float) -> float:
        return top + height * (high - math.log10(value)) / (high - low)

    def x(step: int) -> float:
        return left + (WIDTH - left - right) * (step / (len(steps) - 1) if len(steps) > 1 else 0.5)

    parts = [f'<text class="quiet" x="{left}" y="44">{escape(ground)}</text>']
    for power in range(low, high + 1):
        at = y(10.0**power)
        parts.append(f'<path class="rule" d="M{left} {at:.1f}H{WIDTH - right}"/>')
        parts.append(f'<text class="quiet" x="{left - 6}" y="{at + 4:.1f}" text-anchor="end">{10.0**power:g}</text>')
    shown = sorted({0, len(steps) - 1, *range(0, len(steps), max(1, len(steps) // 6))}) if steps else []
    for step in shown:
        label = escape(steps[step])
        parts.append(
            f'<text class="quiet" x="{x(step):.1f}" y="{top + height + 20}" text-anchor="middle">{label}</text>'
        )
    ends = []
    for at, (name, values) in enumerate(series.items()):
        points = [(x(step), y(value)) for step, value in enumerate(values) if value is not None and value > 0]
        if points:
            path = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
            again = ' stroke-dasharray="6 4"' if at >= _COLOURS else ""  # where the colours come round
            parts.append(f'<polyline class="l s{at % _COLOURS}"{again} points="{path}"/>')
            parts += [f'<circle class="f{at % _COLOURS}" cx="{px:.1f}" cy="{py:.1f}" r="3"/>' for px, py in points]
            ends.append((points[-1][1], at, name))
    parts += _names(sorted(ends), WIDTH - right + 12, top)
    return _picture(title, max(top + height + 30, top + 20 + len(ends) * 16), parts)


def _names(ends: Sequence[tuple[float, int, str]], x: int, top: int) -> list[str]:
    """The names beside the ends of their lines, moved apart where they would lie on each other."""
    parts, free = [], float(top)
    for y, at, name in ends:
        free = max(free, y)
        parts.append(
            f'<circle class="f{at % _COLOURS}" cx="{x}" cy="{free:.1f}" r="4"/>'
            f'<text class="quiet" x="{x + 10}" y="{free + 4:.1f}">{escape(name)}</text>'
        )
        free += 16
    return parts


def _legend(kinds: Sequence[str], left: int, y: int) -> str:
    parts, x = [], left
    for kind, name in enumerate(kinds):
        parts.append(f'<rect class="f{kind % _COLOURS}" x="{x}" y="{y - 10}" width="12" height="12"/>')
        parts.append(f'<text class="quiet" x="{x + 18}" y="{y}">{escape(name)}</text>')
        x += 40 + 7 * len(name)
    return "".join(parts)


def _picture(title: str, height: float, parts: Sequence[str]) -> str:
    tall = math.ceil(height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {tall}" width="{WIDTH}" height="{tall}" '
        f'role="img" aria-label="{escape(title)}">\n{_STYLE}\n<rect class="ground" width="100%" height="100%"/>\n'
        f'<text class="title" x="12" y="{LINE}">{escape(title)}</text>\n' + "\n".join(parts) + "\n</svg>\n"
    )
