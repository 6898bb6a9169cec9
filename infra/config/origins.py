"""Web origins and ports in a configuration, as browsers write them."""

import re
from ipaddress import IPv4Address

_DEFAULT_PORTS = {"http": "80", "https": "443"}
_MOST = 65_535


def check_port(text: str) -> str:
    """Return a text that ends with a port, or has none.

    Raises:
        ValueError: no server can have the port.
    """
    found = re.search(r":([0-9]+)(?=/|$)", text)
    if found and not 1 <= int(found[1]) <= _MOST:
        raise ValueError(f"must have a port of 1 to {_MOST}, or none")
    return text


def as_sent(origin: str) -> str:
    """Return an origin as browsers send it: in lower case, without the scheme's own port.

    The comparison with the header is exact: https://www.rfc-editor.org/rfc/rfc6454#section-6.2
    """
    scheme, _, rest = origin.lower().partition("://")
    host, _, port = rest.partition(":")
    if host.rpartition(".")[2].isdecimal() and not _is_ipv4(host):
        raise ValueError("must have a host that is a name or an IPv4 address in its usual form")
    return f"{scheme}://{host}" + (f":{port}" if port and port != _DEFAULT_PORTS[scheme] else "")


def _is_ipv4(host: str) -> bool:
    try:
        return str(IPv4Address(host)) == host
    except ValueError:
        return False


def distinct(origins: list[str]) -> list[str]:
    """Return each origin once, in their order."""
    return list(dict.fromkeys(origins))
