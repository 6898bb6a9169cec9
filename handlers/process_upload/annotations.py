"""What viewers show on top of a PDF's page: filled form fields, and annotations such as stamps."""

import ctypes
from collections.abc import Callable
from typing import Any

import pypdfium2
from pypdfium2 import raw

_INVISIBLE = raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW
_NOT_ON_THE_PAGE = {raw.FPDF_ANNOT_LINK, raw.FPDF_ANNOT_POPUP}
_BUTTONS = {raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON}
_CHOICES = {raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX}


def take_texts(page: pypdfium2.PdfPage) -> tuple[list[str], bool]:
    """Return the texts that a page's form fields and annotations show.

    Those that only have an appearance (stamps, signatures, captions of buttons) become a part of
    the page's content.

    Returns:
        The texts, and whether the page's content has changed, so that it must be loaded again.
    """
    texts: list[str] = []
    others = False
    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        flags = raw.FPDFAnnot_GetFlags(annotation)
        subtype = raw.FPDFAnnot_GetSubtype(annotation)
        if not flags & _INVISIBLE and subtype not in _NOT_ON_THE_PAGE:
            text = _text(page.formenv, annotation, subtype)
            if text is None:
                others = True
            else:
                texts += [text] if text else []
                raw.FPDFAnnot_SetFlags(annotation, flags | raw.FPDF_ANNOT_FLAG_HIDDEN)
        raw.FPDFPage_CloseAnnot(annotation)
    if others:
        others = raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY) == raw.FLATTEN_SUCCESS
    return texts, others


def _text(form: pypdfium2.PdfFormEnv | None, annotation: Any, subtype: int) -> str | None:
    """Return an annotation's text; None if it is in its appearance only."""
    if subtype == raw.FPDF_ANNOT_FREETEXT:
        return _string(raw.FPDFAnnot_GetStringValue, annotation, b"Contents") or None
    if subtype != raw.FPDF_ANNOT_WIDGET or form is None:
        return None
    kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
    if kind in _BUTTONS:
        return _button(form, annotation)
    if kind in _CHOICES:
        chosen = _chosen(form, annotation)
        return chosen or _string(raw.FPDFAnnot_GetFormFieldValue, form, annotation)
    if kind != raw.FPDF_FORMFIELD_TEXTFIELD:
        return None
    if raw.FPDFAnnot_GetFormFieldFlags(form, annotation) & raw.FPDF_FORMFLAG_TEXT_PASSWORD:
        return ""
    return _string(raw.FPDFAnnot_GetFormFieldValue, form, annotation)


def _button(form: pypdfium2.PdfFormEnv, annotation: Any) -> str:
    """Return a ticked box or radio button as a line with its name and value."""
    if not raw.FPDFAnnot_IsChecked(form, annotation):
        return ""
    name = _string(raw.FPDFAnnot_GetFormFieldAlternateName, form, annotation) or _string(
        raw.FPDFAnnot_GetFormFieldName, form, annotation
    )
    return f"[x] {name}: {_string(raw.FPDFAnnot_GetFormFieldExportValue, form, annotation)}"


def _chosen(form: pypdfium2.PdfFormEnv, annotation: Any) -> str:
    return "\n".join(
        _string(raw.FPDFAnnot_GetOptionLabel, form, annotation, index)
        for index in range(raw.FPDFAnnot_GetOptionCount(form, annotation))
        if raw.FPDFAnnot_IsOptionSelected(form, annotation, index)
    )


def _string(function: Callable[..., int], *arguments: Any) -> str:
    """Call a function of PDFium that writes UTF-16 into a buffer, after it has told the size."""
    size = function(*arguments, None, 0)
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    function(*arguments, buffer, size)
    text = bytes(buffer)[:size].decode("utf-16-le", errors="replace")
    return text.rstrip("\x00").replace("\r\n", "\n").replace("\r", "\n").strip()
