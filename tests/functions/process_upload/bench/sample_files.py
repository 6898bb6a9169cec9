"""Writes the measured files: ``python sample_files.py FOLDER``; the same bytes each time.

``picture.jpg`` has 12 megapixels like a phone's photo, rotated by its metadata, with soft shapes,
edges, and noise down to single pixels, which makes decoding and encoding expensive.
``document.pdf`` has 200 pages of text in paragraphs, in embedded and in standard fonts. The words
of each page are in ``document.json``.
"""

import io
import json
import random
import sys
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw

WIDTH, HEIGHT, SIDEWAYS = 4032, 3024, 6
PAGES, PARAGRAPHS, WORDS = 200, 5, 105
_SEED = 5
_SYLLABLES = ("ba", "con", "der", "é", "fi", "lo", "man", "ni", "or", "per", "qua", "ser", "ü", "t")


def picture(width: int = WIDTH, height: int = HEIGHT) -> bytes:
    """Return a picture with noise at every scale, in three colours, and shapes with edges."""
    chance = random.Random(_SEED)
    channels = [Image.new("L", (width, height), 128) for _ in range(3)]
    # The finer, the fainter, as in what is seen; the last is a sensor's noise.
    for divisor, weight in ((512, 0.9), (128, 0.35), (32, 0.2), (8, 0.1), (1, 0.06)):
        size = (max(2, width // divisor), max(2, height // divisor))
        grey = Image.frombytes("L", size, chance.randbytes(size[0] * size[1]))
        grain = grey.resize((width, height), Image.Resampling.BICUBIC)
        channels = [
            Image.blend(channel, ImageChops.offset(grain, number * width // 7, 0), weight)
            for number, channel in enumerate(channels)
        ]
    image = Image.merge("RGB", channels)
    draw = ImageDraw.Draw(image)
    for _ in range(200):
        x, y = chance.randrange(width), chance.randrange(height)
        colour = tuple(chance.randbytes(3))
        draw.line((x, y, x + width // 9, y + height // 5), fill=colour, width=5)
    exif = Image.Exif()
    exif[0x0112] = SIDEWAYS
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=92, exif=exif)
    return stream.getvalue()


def document(pages: int = PAGES) -> tuple[bytes, list[list[str]]]:
    """Return a document and the words of each page."""
    # Of the benchmarks' environment alone.
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate

    for name in ("Vera", "VeraBd"):  # which reportlab brings along
        pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))
    title = ParagraphStyle("title", fontName="VeraBd", fontSize=14, leading=18)
    own = ParagraphStyle("own", fontName="Vera", fontSize=8, leading=12, alignment=4)
    standard = ParagraphStyle("standard", fontName="Times-Roman", leading=13, alignment=4)
    chance = random.Random(_SEED)
    words: list[list[str]] = []
    story = []
    for number in range(pages):
        texts = [["Page", str(number + 1)]]
        texts += [[_word(chance) for _ in range(WORDS)] for _ in range(PARAGRAPHS)]
        styles = [title, *[own, standard] * PARAGRAPHS]
        story += [Paragraph(" ".join(t), s) for t, s in zip(texts, styles, strict=False)]
        story.append(PageBreak())
        words.append([word for text in texts for word in text])
    stream = io.BytesIO()
    SimpleDocTemplate(stream, pagesize=A4, invariant=1).build(story)
    return stream.getvalue(), words


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=chance.randint(1, 4)))


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.joinpath("picture.jpg").write_bytes(picture())
    content, text = document()
    folder.joinpath("document.pdf").write_bytes(content)
    folder.joinpath("document.json").write_text(json.dumps(text))
