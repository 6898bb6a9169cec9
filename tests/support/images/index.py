"""A package index as companies have it: behind a password, by TLS of their own authority."""

import base64
import contextlib
import datetime
import ipaddress
import os
import re
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

# Of a machine that reaches no index.
OUTSIDE = {
    name: value
    for name, value in os.environ.items()
    if not re.search("PIP|UV|CERT|PROXY", name, re.IGNORECASE)
}
USER, PASSWORD = "reader", "pa55-of-the-index"
_LINK = re.compile(rb'href="https://([^/"]+)/')


@dataclass
class Index:
    """A running index.

    Attributes:
        url: its address, with the password.
        certificates: file with the certificate of its authority.
        served: paths of the files that were fetched.
    """

    url: str
    certificates: Path
    served: list[str] = field(default_factory=list)

    @property
    def environ(self) -> dict[str, str]:
        """Return what a machine of the company has in its environment."""
        return {**OUTSIDE, "PIP_INDEX_URL": self.url, "PIP_CERT": str(self.certificates)}


@contextlib.contextmanager
def serve(host: str, folder: Path) -> Iterator[Index]:
    """Serve what this machine's own index has, on an address of this machine."""
    certificates, own = _certify(host, folder)
    server = ThreadingHTTPServer((host, 0), _Handler)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(own)
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    url = f"https://{USER}:{PASSWORD}@{host}:{server.server_port}/simple"
    index = Index(url=url, certificates=certificates)
    server.served = index.served  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield index
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    """Answers ``/simple/…`` and ``/elsewhere/<host>/…`` with what is there."""

    def do_GET(self) -> None:
        expected = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {expected}":
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="packages"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        place, _, rest = self.path.removeprefix("/").partition("/")
        upstream = (os.environ.get("PIP_INDEX_URL") or "https://pypi.org/simple").rstrip("/")
        url = f"{upstream}/{rest}" if place == "simple" else f"https://{rest}"
        request = urllib.request.Request(url, headers={"Accept": "text/html"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                status, kind = 200, answer.headers.get("Content-Type", "text/html")
                body = answer.read()
        except urllib.error.HTTPError as error:
            status, kind, body = error.code, "text/plain", b""
        if place == "simple":
            body = _LINK.sub(rb'href="/elsewhere/\1/', body)
        else:
            self.server.served.append(self.path)  # type: ignore[attr-defined]
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_HEAD(self) -> None:
        """Answer without a body: uv asks for a file's size."""
        self.do_GET()

    def log_message(self, *_: object) -> None:
        pass


def _certify(host: str, folder: Path) -> tuple[Path, Path]:
    """Make an authority, and a server's certificate: files of the one and of the other."""
    now = datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "The company's authority")])
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))

    def builder(subject: x509.Name, public_key: ec.EllipticCurvePublicKey, *, authority: bool):
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )

    authority = builder(name, authority_key.public_key(), authority=True).sign(
        authority_key, hashes.SHA256()
    )
    own = (
        builder(x509.Name([]), key.public_key(), authority=False)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]),
            critical=True,
        )
        .sign(authority_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    certificates, server = folder / "authority.pem", folder / "server.pem"
    certificates.write_bytes(authority.public_bytes(pem))
    server.write_bytes(
        own.public_bytes(pem)
        + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificates, server
