"""A real web server on this machine, for the tests of what fetches."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["Answer", "Request", "Site", "serving"]


@dataclass
class Answer:
    """What the server sends. `stream` writes the body itself, for a server that misbehaves."""

    body: bytes | str = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: Callable[[BaseHTTPRequestHandler], None] | None = None


@dataclass(frozen=True)
class Request:
    path: str
    headers: Mapping[str, str]


class Site:
    """Pages by path, and the requests that came for them, robots.txt apart."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.pages: dict[str, Answer | Callable[[Request], Answer]] = {"/robots.txt": Answer(status=404)}
        self.all_requests: list[Request] = []

    @property
    def requests(self) -> list[Request]:
        return [r for r in self.all_requests if r.path != "/robots.txt"]

    def put(self, path: str, body: bytes | str, content_type: str = "text/html", **headers: str) -> str:
        """Serve `body`, with its hash as its tag; return its address."""
        tag = f'"{hash(body) & 0xFFFFFFFF:x}"'

        def answer(request: Request) -> Answer:
            if request.headers.get("If-None-Match") == tag:
                return Answer(status=304, headers={"ETag": tag})
            return Answer(body, headers={"Content-Type": content_type, "ETag": tag, **headers})

        self.pages[path] = answer
        return self.url + path


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    """Serve on a free port of 127.0.0.1, with `tls` as https."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            request = Request(self.path, dict(self.headers))
            site.all_requests.append(request)
            page = site.pages.get(self.path, Answer(status=404))
            answer = page(request) if callable(page) else page
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.stream is not None:
                self.end_headers()
                try:
                    answer.stream(self)
                except OSError:
                    return  # the other side has had enough
                return
            body = answer.body.encode() if isinstance(answer.body, str) else answer.body
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site = Site(server.server_address[1])
    if tls is not None:
        site.url = site.url.replace("http:", "https:")
        # Hands are shaken in the thread of the request: a client that refuses does not end the server.
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
