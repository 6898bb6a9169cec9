"""Characters of the fonts Symbol and Wingdings, which have encodings of their own."""

# ruff: noqa: RUF001  characters that look like others are the point here

_PRIVATE = 0xF000  # where Word puts the 256 characters of such a font

_SYMBOL = {
    start + offset: character
    for start, characters in {
        0x22: "∀#∃%&∋()∗+,−",
        0x40: "≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼",
        0xA0: "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…",
        0xC0: "ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊⟨®©™∑",
        0xF1: "⟩∫",
    }.items()
    for offset, character in enumerate(characters)
}
_WINGDINGS = dict(
    zip(
        b"\x28\x2a\x4a\x6c\x6e\x6f\x71\x76\xa7\xa8\xd8\xdf\xe0\xe1\xe2\xf0\xfb\xfc\xfd\xfe",
        "☎✉☺●■□❑❖▪◻➢←→↑↓⇨✘✔☒☑",
        strict=True,
    )
)


def symbol(font: str, code: str) -> str:
    """Return a character of a font, by its hexadecimal code; "" if the code is not valid.

    Private characters of other fonts, and those without an equivalent in Unicode, stay as they are.
    """
    try:
        number = int(code, 16)
        character = chr(number)
    except (ValueError, OverflowError):
        return ""
    table = {"symbol": _SYMBOL, "wingdings": _WINGDINGS}.get(font.lower())
    if table is None:
        return character
    number -= _PRIVATE if number >= _PRIVATE else 0
    return table.get(number, chr(number) if number < 0x80 and table is _SYMBOL else character)
