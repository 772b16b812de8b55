#!/usr/bin/env python3
"""A real Git server over https for the tests: git's own `http-backend` behind TLS and Basic authentication.

Serves the repositories in FOLDER. Its certificate is signed by an authority made for it. The first line on standard
output is {"listening": PORT, "ca": PATH of the authority}; the server ends when its standard input closes. FOLDER/requests
gets a line for each request: method, path, and who signed in ("-" for nobody).

    https_server.py --folder /tmp/git --auth reports:secret

Needs the openssl command, and what the SMTP server of the tests needs, whose certificates it uses.
"""

import argparse
import base64
import hmac
import json
import os
import ssl
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "smtp"))
from server import make_certificate  # noqa: E402

lock = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(b"")

    def do_POST(self):
        self.answer(self.body())

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def user(self):
        given = self.headers.get("Authorization", "").removeprefix("Basic ")
        wanted = base64.b64encode(self.server.auth.encode()).decode()
        return self.server.auth.split(":")[0] if hmac.compare_digest(given, wanted) else None

    def answer(self, body):
        user = self.user()
        with lock, open(self.server.folder / "requests", "a", encoding="utf-8") as requests:
            requests.write(f"{self.command} {self.path} {user or '-'}\n")
        if user is None:
            return self.reply(401, {"WWW-Authenticate": 'Basic realm="reports"'}, b"Who are you?\n")
        path, _, query = self.path.partition("?")
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.server.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            # The repositories may belong to somebody else than the tests.
            "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_USER": user,
            "REMOTE_ADDR": self.client_address[0],
        }
        done = subprocess.run(["git", "http-backend"], input=body, env=environment, stdout=subprocess.PIPE, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        status = int(headers.pop("Status", "200").split()[0])
        return self.reply(status, headers, content)

    def reply(self, status, headers, content):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """Clients that trust nobody here break off in the handshake."""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="where the repositories are")
    parser.add_argument("--auth", required=True, help="NAME:PASSWORD")
    options = parser.parse_args()
    secrets = options.folder / "tls"
    secrets.mkdir()
    certificate, key, authority = make_certificate(secrets, ["localhost", "127.0.0.1"], "authority")
    server = Server(("127.0.0.1", 0), Handler)
    server.folder, server.auth = options.folder, options.auth
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    # The handshake belongs to the thread of its connection: one that never comes must not hold up the others.
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"listening": server.server_address[1], "ca": str(authority)}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
