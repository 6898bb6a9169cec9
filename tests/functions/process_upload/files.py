"""Generated files: good, odd, broken and hostile ones."""

import io
import struct
import zipfile
import zlib
from functools import cache
from typing import Any

import docx
from PIL import Image, ImageCms, ImageDraw, PngImagePlugin
from pypdf import PdfReader, PdfWriter

CANARY = "Gertrude-Canary"
RED, GREEN, BLUE, WHITE = (220, 20, 20), (20, 200, 20), (20, 20, 220), (255, 255, 255)


def quadrants(width: int = 120, height: int = 80) -> Image.Image:
    """Red, green / blue, white, so that every turn and flip shows."""
    image = Image.new("RGB", (width, height), WHITE)
    draw = ImageDraw.Draw(image)
    x, y = width // 2, height // 2
    draw.rectangle((0, 0, x - 1, y - 1), RED)
    draw.rectangle((x, 0, width, y - 1), GREEN)
    draw.rectangle((0, y, x - 1, height), BLUE)
    return image


def encode(image: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def exif(orientation: int = 1) -> bytes:
    """EXIF with an orientation, a name and a place."""
    data = Image.Exif()
    data[0x0112] = orientation
    data[0x013B] = CANARY
    data.get_ifd(0x8825).update({1: "N", 2: (47.0, 22.0, 1.0), 3: "E", 4: (8.0, 32.0, 2.0)})
    return data.tobytes()


def srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def tagged(kind: str, orientation: int = 1) -> bytes:
    """Return a picture with all metadata that its format allows."""
    xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{CANARY}</x:xmpmeta>".encode()
    options: dict[str, Any] = {"icc_profile": srgb_profile()}
    if kind == "GIF":
        return encode(quadrants(), kind, comment=CANARY)
    if kind == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("Author", CANARY)
        text.add_itxt("XML:com.adobe.xmp", xmp.decode(), zip=True)
        return encode(quadrants(), kind, exif=exif(orientation), pnginfo=text, **options)
    if kind == "TIFF":
        tags = {0x0112: orientation, 0x013B: CANARY, 0x010E: CANARY, 700: xmp}
        return encode(quadrants(), kind, tiffinfo=tags, **options)
    if kind == "JPEG":
        options |= {"comment": CANARY, "quality": 95}
    return encode(quadrants(), kind, exif=exif(orientation), xmp=xmp, **options)


def animation(kind: str, frames: int = 4, size: tuple[int, int] = (60, 40)) -> bytes:
    """Return an animation of a disc that moves over a transparent background."""
    pictures = []
    for number in range(frames):
        picture = Image.new("RGBA", size, (0, 0, 0, 0))
        ImageDraw.Draw(picture).ellipse((number * 5, 5, number * 5 + 25, 30), fill=(*RED, 255))
        pictures.append(picture)
    return encode(
        pictures[0],
        kind,
        save_all=True,
        append_images=pictures[1:],
        duration=[40 + 10 * number for number in range(frames)],
        loop=0,
        **({"disposal": 2} if kind == "GIF" else {}),
    )


@cache
def png_bomb(side: int = 30_000, *, palette: bool = False) -> bytes:
    """Return a picture of 900 million pixels, one bit each, in about 100 KB."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    row = bytes(1 + (side + 7) // 8)
    packer = zlib.compressobj(1)
    data = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 3 if palette else 0, 0, 0, 0)
    colours = chunk(b"PLTE", bytes(6)) if palette else b""
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", header),
            colours,
            chunk(b"IDAT", data),
            chunk(b"IEND", b""),
        ]
    )


def pdf(*pages: bytes, compress: bool = False) -> bytes:
    """Return a PDF with one content stream for each page."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    kids = []
    for content in pages:
        stream = zlib.compress(content) if compress else content
        extra = b" /Filter /FlateDecode" if compress else b""
        objects.append(b"<< /Length %d%b >>\nstream\n%b\nendstream" % (len(stream), extra, stream))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%b] >>" % (len(kids), b" ".join(kids))
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + (
        b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    )


def pdf_text(text: str) -> bytes:
    return b"BT /F1 12 Tf 20 200 Td (%b) Tj ET" % text.encode()


def encrypted_pdf(password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(pdf_text("Secret")))))
    writer.encrypt(password, "owner", algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def word() -> bytes:
    document = docx.Document()
    document.add_heading("Grüße", level=1)
    document.add_paragraph("First paragraph.")
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "left", "right"
    document.add_paragraph("Last paragraph.")
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def word_with(document_xml: bytes, megabytes: int = 0) -> bytes:
    """Return a Word file with another main part, padded with spaces, which compress well."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(word())) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for member in old.infolist():
            if member.filename != "word/document.xml":
                new.writestr(member.filename, old.read(member))
        with new.open("word/document.xml", "w", force_zip64=True) as part:
            part.write(document_xml)
            for _ in range(megabytes):
                part.write(b" " * 2**20)
    return stream.getvalue()


def archive(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as new:
        for name, content in members.items():
            new.writestr(zipfile.ZipInfo(name), content)  # the time now would be in a test's id
    return stream.getvalue()
