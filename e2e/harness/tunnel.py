"""Leads programs that know only `https://api.twilio.com` to a house, and writes down what they
send: a proxy (CONNECT) with a certificate of a test authority. Unmodified clients find it by the
environment variables they read anyway."""

import functools
import os
import select
import socket
import ssl
import subprocess
import tempfile
import threading
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

HOSTS = [
    "api.twilio.com",
    "api.dublin.ie1.twilio.com",
    "api.ie1.twilio.com",
    "api.sydney.au1.twilio.com",
    "accounts.twilio.com",
    "voice.twilio.com",
    "localhost",
]


making = threading.Lock()


@functools.cache
def authority():
    """A folder with `ca.pem`, `leaf.pem` and `leaf.key`, made once a run."""
    folder = tempfile.TemporaryDirectory(prefix="ringback-e2e-ca-")
    at = Path(folder.name)
    names = ",".join(f"DNS:{host}" for host in HOSTS) + ",IP:127.0.0.1"

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=at, check=True, capture_output=True, timeout=30)

    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *key, "-days", "30", "-subj", "/CN=Test authority", "-keyout",
            "ca.key", "-out", "ca.pem", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    openssl("req", *key, "-subj", "/CN=api.twilio.com", "-keyout", "leaf.key", "-out", "leaf.csr")
    (at / "extensions").write_text(f"subjectAltName={names}\nextendedKeyUsage=serverAuth\n")
    openssl("x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "30",
            "-CAcreateserial", "-extfile", "extensions", "-out", "leaf.pem")
    return folder


def authority_path():
    # Several programs may be the first at once.
    with making:
        return Path(authority().name)


@dataclass
class Sent:
    """One request as a client sent it."""

    host: str
    method: str
    target: str
    headers: dict
    body: str

    @property
    def path(self):
        return self.target.split("?", 1)[0]

    @property
    def parameters(self):
        """Of the query and of the form, in order."""
        query = self.target.split("?", 1)[1] if "?" in self.target else ""
        pairs = functools.partial(urllib.parse.parse_qsl, keep_blank_values=True)
        return [*pairs(query), *pairs(self.body)]


class Tunnel:
    """`port` is where HTTPS of the API's hosts ends up. With `opened` the tunnel ends TLS itself
    and speaks plain HTTP with the house; otherwise it only carries bytes to the house's own TLS."""

    def __init__(self, port, opened=True):
        self.port = port
        self.opened = opened
        self.hosts = []
        self.streams = []
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        at = authority_path()
        self.context.load_cert_chain(at / "leaf.pem", at / "leaf.key")
        self.door = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self.door.getsockname()[1]}"
        threading.Thread(target=self.listen, daemon=True).start()

    def environment(self):
        """What programs have to find in their environment."""
        ca = str(authority_path() / "ca.pem")
        proxies = ("HTTP_PROXY", "HTTPS_PROXY", "https_proxy")
        return {
            **{name: self.url for name in proxies},
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
            "NODE_EXTRA_CA_CERTS": ca,
            "REQUESTS_CA_BUNDLE": ca,
            "CURL_CA_BUNDLE": ca,
            "SSL_CERT_FILE": ca,
        }

    def listen(self):
        while True:
            try:
                client, _ = self.door.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        try:
            head = b""
            while b"\r\n\r\n" not in head:
                piece = client.recv(4096)
                if not piece:
                    return client.close()
                head += piece
            method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
            host = target.rsplit(":", 1)[0]
            if method != "CONNECT" or host not in HOSTS:
                client.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
                return client.close()
            self.hosts.append(host)
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            house = socket.create_connection(("127.0.0.1", self.port), timeout=10)
            house.settimeout(None)
            heard = bytearray()
            if self.opened:
                client = self.context.wrap_socket(client, server_side=True)
                self.streams.append((host, heard))
            carry(client, house, heard)
            client.close()
            house.close()
        except OSError:
            # A client that leaves in the middle shows in its own exit.
            client.close()

    def sent(self):
        """Every request so far, by connection."""
        found = []
        for host, heard in list(self.streams):
            found += [Sent(host, *parts) for parts in requests(bytes(heard))]
        return found

    def close(self):
        # `accept` wakes only when the socket is shut down.
        self.door.shutdown(socket.SHUT_RDWR)
        self.door.close()


def carry(client, house, heard):
    """Carries bytes both ways until either end stops. One thread, as a TLS connection may not be
    read and written at once."""
    while True:
        pending = client.pending() if isinstance(client, ssl.SSLSocket) else 0
        ready = [client] if pending else select.select([client, house], [], [])[0]
        for source, target in ((client, house), (house, client)):
            if source not in ready:
                continue
            piece = source.recv(65_536)
            if not piece:
                return
            if source is client:
                heard += piece
            target.sendall(piece)


def requests(heard):
    """(method, target, headers, body) of each request in a connection's bytes."""
    while b"\r\n\r\n" in heard:
        head, heard = heard.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ")
        headers = {}
        for line in lines:
            name, value = line.split(":", 1)
            headers[name.strip().lower()] = value.strip()
        length = int(headers.get("content-length", 0))
        body, heard = heard[:length], heard[length:]
        yield method, target, headers, body.decode()


def clean_environment():
    """The environment without what would lead a program elsewhere. The vendor's command line would
    leave a process behind that looks for a newer one on the net."""
    return {
        name: value
        for name, value in os.environ.items()
        if "proxy" not in name.lower() and not name.startswith("TWILIO_")
    } | {"TWILIO_SKIP_NEW_VERSION_CHECK": "true"}
