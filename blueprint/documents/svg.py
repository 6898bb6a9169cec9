"""Writes the elements of a picture."""

from html import escape


def svg_text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    """Return a line of text at a point: its ``anchor``, which is start, middle or end."""
    style = f' class="{kind}"' if kind else ""
    return f'<text{style} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
