"""Generated files: good, odd, broken and hostile ones."""

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence
from functools import cache
from typing import Any

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


def zeros(size: int) -> bytes:
    """Return so many zero bytes, compressed by zlib, without making or packing all of them."""
    count, rest = divmod(size, 2**20)
    packer = zlib.compressobj(wbits=-15)
    block = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    end = packer.compress(bytes(rest)) + packer.flush()
    checksum = size % 65_521 << 16 | 1  # Adler-32 of zeros
    return b"\x78\x9c" + block * count + end + checksum.to_bytes(4, "big")


@cache
def png_bomb(side: int = 30_000, *, palette: bool = False) -> bytes:
    """Return a picture of 900 million pixels, one bit each, in about 100 KB."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    row_bytes = 1 + (side + 7) // 8
    header = struct.pack(">IIBBBBB", side, side, 1, 3 if palette else 0, 0, 0, 0)
    colours = chunk(b"PLTE", bytes(6)) if palette else b""
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", header),
            colours,
            chunk(b"IDAT", zeros(side * row_bytes)),
            chunk(b"IEND", b""),
        ]
    )


def pdf(*pages: bytes, compress: bool = False, packed: bool = False) -> bytes:
    """Return a PDF with one content stream for each page; ``packed`` if that is compressed."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", FONT]
    kids = []
    for content in pages:
        objects.append(pdf_stream(content, compress=compress, packed=packed))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%b] >>" % (len(kids), b" ".join(kids))
    return pdf_file(*objects)


FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def pdf_stream(
    content: bytes, entries: bytes = b"", *, compress: bool = False, packed: bool = False
) -> bytes:
    stream = zlib.compress(content) if compress else content
    extra = entries + (b" /Filter /FlateDecode" if compress or packed else b"")
    return b"<< /Length %d%b >>\nstream\n%b\nendstream" % (len(stream), extra, stream)


def pdf_file(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalog."""
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


def pdf_with(*annotations: bytes, more: Sequence[bytes] = (), form: bytes = b"") -> bytes:
    """A PDF of one page with annotations, whose objects begin at 7; 6 is an appearance."""
    first = 7
    numbers = b" ".join(b"%d 0 R" % (first + index) for index in range(len(annotations)))
    fields = b"/Fields [%b] /DA (/F1 9 Tf) /DR << /Font << /F1 3 0 R >> >> %b" % (numbers, form)
    return pdf_file(
        b"<< /Type /Catalog /Pages 2 0 R /AcroForm << %b >> >>" % fields,
        b"<< /Type /Pages /Count 1 /Kids [5 0 R] >>",
        FONT,
        pdf_stream(pdf_text("Printed")),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 4 0 R "
        b"/Resources << /Font << /F1 3 0 R >> >> /Annots [%b] >>" % numbers,
        pdf_stream(
            b"BT /F1 9 Tf 2 5 Td (drawn) Tj ET",
            b" /Type /XObject /Subtype /Form /BBox [0 0 99 20] "
            b"/Resources << /Font << /F1 3 0 R >> >>",
        ),
        *[b"<< /Type /Annot /Rect [20 50 119 70] /P 5 0 R %b >>" % each for each in annotations],
        *more,
    )


def pdf_text(text: str) -> bytes:
    return b"BT /F1 12 Tf 20 200 Td (%b) Tj ET" % text.encode()


def encrypted_pdf(password: str, algorithm: str = "RC4-128") -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(pdf_text("Secret")))))
    writer.encrypt(password, "owner", algorithm=algorithm)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def word_xml(body: str, namespaces: str = W) -> bytes:
    """The main part of a Word document."""
    return f"<w:document {namespaces}><w:body>{body}</w:body></w:document>".encode()


def word() -> bytes:
    first, last, *cells = map(paragraph, ("First paragraph.", "Last paragraph.", "left", "right"))
    row = "".join(f"<w:tc>{cell}</w:tc>" for cell in cells)
    return word_with(
        word_xml(f"{paragraph('Grüße')}{first}<w:tbl><w:tr>{row}</w:tr></w:tbl>{last}")
    )


def relationships(**targets: str) -> bytes:
    """Relationships, each named for the last word of its type and perhaps a digit."""
    items = "".join(
        f'<Relationship Id="{name}" Type="{OFFICE}/{name.rstrip("0123456789")}" Target="{target}"/>'
        for name, target in targets.items()
    )
    names = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{names}">{items}</Relationships>'.encode()


def content_types(**overrides: str) -> bytes:
    """Content types, by the name of the part with ``_`` for its slash."""
    items = "".join(
        f'<Override PartName="/{name.replace("_", "/")}.xml" ContentType="{listed}"/>'
        for name, listed in overrides.items()
    )
    names = "http://schemas.openxmlformats.org/package/2006/content-types"
    xml = '<Default Extension="xml" ContentType="application/xml"/>'
    return f'<Types xmlns="{names}">{xml}{items}</Types>'.encode()


def package(**parts: bytes) -> bytes:
    """An archive of a Word document's parts; keyword arguments replace or add some, by name."""
    made = {
        "[Content_Types].xml": content_types(word_document=f"{WORD}.document.main+xml"),
        "_rels/.rels": relationships(officeDocument="word/document.xml"),
        "word/document.xml": word_xml(paragraph("main")),
    }
    return archive(**(made | parts))


def word_with(document_xml: bytes, megabytes: int = 0) -> bytes:
    """Return a Word file with another main part, padded with spaces, which compress well."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(package())) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for member in old.infolist():
            if member.filename != "word/document.xml":
                new.writestr(zipfile.ZipInfo(member.filename), old.read(member))
        member = zipfile.ZipInfo("word/document.xml")
        member.compress_type = zipfile.ZIP_DEFLATED
        with new.open(member, "w", force_zip64=True) as part:
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
