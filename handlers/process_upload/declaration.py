"""The charset that a page declares: in its ``<meta>`` tags, or in its XML declaration.

This is the prescan of the HTML standard (13.2.3.2), which knows comments and the attributes of
tags, but reads further: browsers, too, use what they find after the first 1,024 bytes.
"""

import re
from collections.abc import Iterator

from handlers.process_upload.charset import in_content_type

_WITHIN = 4096
_XML = re.compile(rb"<\?xml[^>]*?\sencoding\s*=\s*[\"']([^\"'>]+)[\"']")
_META = re.compile(rb"<meta(?=[\s/])", re.IGNORECASE)
_TAG = re.compile(rb"</?[a-z][^\s/>]*", re.IGNORECASE)
_OTHER = re.compile(rb"<[!/?][^>]*")
_ATTRIBUTE = re.compile(
    rb"[\s/]*([^\s/>=][^\s/>=]*)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]*)))?"
)


def in_html(content: bytes) -> Iterator[str]:
    """Yield the charsets that a page declares; the XML declaration counts least."""
    yield from _in_meta(content[:_WITHIN])
    yield from _in_xml(content)


def in_xhtml(content: bytes) -> Iterator[str]:
    """Yield the charsets that an XML page declares; ``<meta>`` is for those who get it as HTML."""
    yield from _in_xml(content)
    yield from _in_meta(content[:_WITHIN])


def _in_xml(content: bytes) -> Iterator[str]:
    if declared := _XML.match(content, 0, _WITHIN):
        yield declared[1].decode("latin-1")


def _in_meta(head: bytes) -> Iterator[str]:
    at = 0
    while (at := head.find(b"<", at)) >= 0:
        if head.startswith(b"<!--", at):
            if (at := head.find(b"-->", at + 2)) < 0:
                return
        elif tag := _META.match(head, at):
            attributes, at = _attributes(head, tag.end())
            if "charset" in attributes:
                yield attributes["charset"]
            elif "http-equiv" in attributes:
                yield in_content_type(attributes.get("content", ""))
        elif tag := _TAG.match(head, at):
            _, at = _attributes(head, tag.end())
        elif tag := _OTHER.match(head, at):
            at = tag.end()
        else:
            at += 1


def _attributes(head: bytes, at: int) -> tuple[dict[str, str], int]:
    """Return the attributes of a tag, the first of each name, and where they end."""
    found: dict[str, str] = {}
    while attribute := _ATTRIBUTE.match(head, at):
        name, *values = (group.decode("latin-1") for group in attribute.groups(b""))
        found.setdefault(name.lower(), "".join(values))
        at = attribute.end()
    return found, at
