"""Draws the architecture: a row for each function, a lane for each store, and arrows between them.

Sources and failure queues stand to the left of a function. To its right, each arrow crosses the
lanes to its store, under its label. So no label covers a line, however many functions, grants and
stores there are.
"""

from collections.abc import Iterable, Iterator

from blueprint.documents.diagram import Arrow, Diagram
from blueprint.documents.svg import svg_text

_CHARACTER = 6.7  # average width of a character in the font below
_LINE = 26  # height of an arrow with its label
_BOX = 36
_GAP = 14
_HEAD = 58
_ARROW = 34  # length of an arrow on the left
_LANE_GAP = 16
_MARGIN = 12
_FOOT = 34
_LEGEND = (
    "Blue: starts the function. Grey: what the function's role may do. Red: queue of failed "
    "events, with an alarm."
)

# A picture in a page can tell that its reader prefers dark colours, but not the page's background:
# so it has its own background.
_STYLE = """
text { font: 12px system-ui, sans-serif; fill: #24292f }
.name { font-weight: 600 } .note { font-size: 11px; fill: #57606a }
rect { stroke-width: 1.2; fill: #f6f8fa; stroke: #8c959f } .page { fill: #ffffff; stroke: none }
.function { fill: #ddf4ff; stroke: #0969da } .failure rect { fill: #ffebe9; stroke: #cf222e }
.lane { stroke: #d0d7de; stroke-width: 2 }
.arrow { stroke-width: 1.4 }
.grant .arrow { stroke: #57606a } .grant .tip { fill: #57606a }
.source .arrow, .event .arrow { stroke: #0969da } .source .tip, .event .tip { fill: #0969da }
.failure .arrow { stroke: #cf222e; stroke-dasharray: 4 3 } .failure .tip { fill: #cf222e }
.trouble text { fill: #cf222e; font-weight: 600 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .note { fill: #9198a1 }
  rect { fill: #151b23; stroke: #656c76 } .page { fill: #0d1117 }
  .function { fill: #0c2d6b; stroke: #58a6ff } .failure rect { fill: #3c1414; stroke: #f85149 }
  .lane { stroke: #30363d }
  .grant .arrow { stroke: #9198a1 } .grant .tip { fill: #9198a1 }
  .source .arrow, .event .arrow { stroke: #58a6ff } .source .tip, .event .tip { fill: #58a6ff }
  .failure .arrow { stroke: #f85149 } .failure .tip { fill: #f85149 }
  .trouble text { fill: #f85149 }
}
"""


def draw(diagram: Diagram) -> str:
    """Return the picture as one SVG."""
    return _Picture(diagram).svg()


class _Picture:
    """The positions of columns, which follow from the longest text in each."""

    def __init__(self, diagram: Diagram) -> None:
        self._diagram = diagram
        arrows = [arrow for group in diagram.functions.values() for arrow in group]
        left = [arrow for arrow in arrows if not arrow.at_store]
        self._left = _width(text for arrow in left for text in _texts(arrow))
        self._function = _MARGIN + self._left + _ARROW
        self._function_width = _width(diagram.functions)
        self._right = self._function + self._function_width
        labels = _width(arrow.label for arrow in arrows if arrow.at_store)
        self._lanes: dict[str, float] = {}
        x = self._right + labels
        for store, kind in diagram.stores.items():
            width = _width((store, kind))
            self._lanes[store] = x + width / 2
            x += width + _LANE_GAP
        self._whole = max(x - _LANE_GAP, _width([_LEGEND])) + _MARGIN

    def svg(self) -> str:
        """Return the SVG; lanes come first, so that arrows are drawn over them."""
        rows: list[str] = []
        y = float(_HEAD)
        for function, arrows in self._diagram.functions.items():
            height = _height(arrows)
            rows += self._row(function, arrows, y, height)
            y += height + _GAP
        heads = [part for store in self._lanes for part in self._lane(store, y - _GAP)]
        height = y + _FOOT - _GAP
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self._whole:.0f} '
                f'{height:.0f}" width="{self._whole:.0f}" height="{height:.0f}" role="img">',
                "<title>Functions, what starts them, and what they may do to which store</title>",
                f"<style>{_STYLE}</style>",
                f'<rect class="page" width="{self._whole:.0f}" height="{height:.0f}"/>',
                *heads,
                *rows,
                svg_text(_MARGIN, height - 12, _LEGEND, "note"),
                "</svg>\n",
            ]
        )

    def _lane(self, store: str, bottom: float) -> Iterator[str]:
        x, kind = self._lanes[store], self._diagram.stores[store]
        yield f'<path class="lane" d="M{x:.1f} {_MARGIN + _BOX}V{bottom:.1f}"/>'
        width = _width((store, kind))
        yield from _box(x - width / 2, _MARGIN, width, store, kind)

    def _row(
        self, function: str, arrows: tuple[Arrow, ...], top: float, height: float
    ) -> Iterator[str]:
        x, width = self._function, self._function_width
        yield (
            f'<rect class="function" x="{x:.1f}" y="{top:.1f}" width="{width:.1f}" '
            f'height="{height:.1f}" rx="6"/>'
        )
        yield svg_text(x + width / 2, top + height / 2 + 4, function, "name", "middle")
        y = top
        for arrow in (arrow for arrow in arrows if not arrow.at_store):
            yield from self._outside(arrow, y)
            y += _BOX + _GAP / 2
        y = top + _LINE
        for arrow in (arrow for arrow in arrows if arrow.at_store):
            yield from self._store_arrow(arrow, y)
            y += _LINE

    def _outside(self, arrow: Arrow, top: float) -> Iterator[str]:
        """Draw a box on the left, and an arrow from or to the function."""
        name, note = _texts(arrow)
        box, function, y = _MARGIN + self._left, self._function, top + _BOX / 2
        start, end = (function, box) if arrow.kind == "failure" else (box, function)
        yield f'<g class="{_class(arrow)}">'
        yield from _box(_MARGIN, top, self._left, name, note)
        yield from _arrow(start, end, y)
        yield "</g>"

    def _store_arrow(self, arrow: Arrow, y: float) -> Iterator[str]:
        """Draw an arrow between the function and a lane, under its label."""
        function, lane = self._right, self._lanes[arrow.end]
        start, end = (lane, function) if arrow.kind == "event" else (function, lane)
        yield f'<g class="{_class(arrow)}">'
        yield svg_text(function + 10, y - 5, arrow.label)
        yield from _arrow(start, end, y)
        yield "</g>"


def _class(arrow: Arrow) -> str:
    return f"{arrow.kind} trouble" if arrow.trouble else arrow.kind


def _texts(arrow: Arrow) -> tuple[str, str]:
    """Return the two lines of a box on the left."""
    return (arrow.end, arrow.label) if arrow.kind == "failure" else (arrow.label, arrow.end)


def _height(arrows: tuple[Arrow, ...]) -> float:
    at_store = sum(arrow.at_store for arrow in arrows)
    outside = len(arrows) - at_store
    return max(at_store * _LINE + _GAP / 2, outside * (_BOX + _GAP / 2) - _GAP / 2)


def _width(texts: Iterable[str]) -> float:
    """Return the width of the longest text, with a margin."""
    return max(map(len, texts)) * _CHARACTER + 20


def _box(x: float, y: float, width: float, name: str, note: str) -> Iterator[str]:
    yield f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{_BOX}" rx="6"/>'
    yield svg_text(x + width / 2, y + 16, name, "name", "middle")
    yield svg_text(x + width / 2, y + 30, note, "note", "middle")


def _arrow(start: float, end: float, y: float) -> Iterator[str]:
    back = -7 if end > start else 7
    yield f'<path class="arrow" d="M{start:.1f} {y:.1f}H{end + back / 2:.1f}"/>'
    yield f'<path class="tip" d="M{end:.1f} {y:.1f}l{back} -4v8z"/>'
