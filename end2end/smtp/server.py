#!/usr/bin/env python3
"""A real SMTP server for the tests: keeps each accepted message, writes a ledger of what was said.

Every accepted message becomes FOLDER/NNNN.eml; FOLDER/ledger.jsonl gets one JSON line per event
(connect, starttls, ehlo, helo, auth, mail, rcpt, data, kept, accepted, refused, dropped, stalled, slow, reset, rset, quit,
gone), each with the number of its connection; `kept` says that a message was taken, whatever its sender hears of it.
The first line on standard output is {"listening": PORT, "ca": PATH or null}; the server ends when its standard
input closes.

    server.py --folder /tmp/mail --port 0 --tls starttls --auth dana:secret
    server.py --folder /tmp/mail --tls implicit --certificate authority   signed by an authority, whose file "ca" names
    server.py --folder /tmp/mail --fail rcpt:450:2     two temporary refusals, then accept
    server.py --folder /tmp/mail --fail rcpt:550:1:5.1.1  one refusal with this enhanced code
    server.py --folder /tmp/mail --auth dana:token --mechanisms XOAUTH2
    server.py --folder /tmp/mail --drop-after-dot      keep the message, then drop without a reply
    server.py --folder /tmp/mail --stall rcpt          never answer there
    server.py --folder /tmp/mail --trickle rcpt:200    answer there, a byte every 200 ms
    server.py --folder /tmp/mail --reset dot           reset the connection there (RST), keeping nothing
    server.py --folder /tmp/mail --stall rcpt:1        the first time only; also --reset dot:1, --trickle rcpt:200:1
                                                       and --drop-after-dot 1

Phases: connect, ehlo, helo, starttls, auth, rset, mail, rcpt, data (the command), dot (the end); for --stall and --reset also
body: in the middle of the message, with the rest of it unread.
Needs aiosmtpd (Debian: python3-aiosmtpd) and, for TLS, the openssl command.
"""

import argparse
import asyncio
import base64
import hashlib
import hmac
import json
import logging
import os
import secrets
import socket
import ssl
import struct
import subprocess
import sys
import warnings
from email.parser import BytesHeaderParser
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword, MISSING

# aiosmtpd deprecates parts of itself and warns of what a test does on purpose.
warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

PHASES = ("connect", "ehlo", "helo", "starttls", "auth", "rset", "mail", "rcpt", "data", "dot")
SILENT = (*PHASES, "body")


class Ledger:
    """One JSON line per event, flushed at once so that a test can read it while the server runs."""

    def __init__(self, folder):
        self.file = open(folder / "ledger.jsonl", "a", encoding="utf-8")

    def write(self, event, connection, **details):
        line = {"event": event, "connection": connection, **details}
        self.file.write(json.dumps(line) + "\n")
        self.file.flush()


class Misbehaviour:
    """What the options ask for, by phase and with a count: refusals, silence, slow answers, resets."""

    def __init__(self, fail, stall, trickle, reset):
        self.refusals = {}
        for item in fail:
            phase, code, *rest = item.split(":")
            if phase not in PHASES:
                sys.exit(f"--fail: unknown phase {phase}; known: {', '.join(PHASES)}")
            times = int(rest[0]) if rest and rest[0] else -1
            self.refusals[phase] = [int(code), times, rest[1] if len(rest) > 1 else None]
        self.stalls, self.resets = self.counted("--stall", stall), self.counted("--reset", reset)
        self.slowness, self.trickles = {}, {}
        for item in trickle:
            phase, milliseconds, *rest = [*item.split(":"), ""]
            if phase not in PHASES or not milliseconds.isdigit():
                sys.exit(f"--trickle: expected PHASE:MS, not {item}")
            self.slowness[phase] = int(milliseconds) / 1000
            self.trickles[phase] = int(rest[0]) if rest and rest[0] else -1

    @staticmethod
    def counted(option, items):
        """How often something happens at each phase; -1: always."""
        counts = {}
        for item in items:
            phase, _, times = item.partition(":")
            if phase not in SILENT:
                sys.exit(f"{option}: unknown phase {phase}; known: {', '.join(SILENT)}")
            counts[phase] = int(times) if times else -1
        return counts

    @staticmethod
    def happens(counts, phase):
        """Whether it happens now. Counts down."""
        left = counts.get(phase, 0)
        if left > 0:
            counts[phase] = left - 1
        return left != 0

    def breaks_in_the_body(self):
        return self.stalls.get("body", 0) != 0 or self.resets.get("body", 0) != 0

    def slow(self, phase):
        """Seconds from byte to byte of the answer there, or None. Counts down."""
        return self.slowness[phase] if self.happens(self.trickles, phase) else None

    def refusal(self, phase):
        """The reply to refuse with, or None. Counts down."""
        entry = self.refusals.get(phase)
        if not entry or entry[1] == 0:
            return None
        if entry[1] > 0:
            entry[1] -= 1
        code = entry[0]
        kind = entry[2] or ("5.7.1" if code >= 500 else "4.3.0")
        return f"{code} {kind} refused at {phase} by the test"


class Post:
    """The handler: keeps accepted messages as numbered files."""

    def __init__(self, folder, ledger, options):
        self.folder, self.ledger, self.options = folder, ledger, options
        self.drops = options.drop_after_dot
        # Counted once, as another server may have kept some there; the folder is this one's alone from now on.
        self.kept = sum(1 for name in os.listdir(folder) if name.endswith(".eml"))

    def keep(self, content):
        self.kept += 1
        name = f"{self.kept:04}.eml"
        part = self.folder / (name + ".part")
        part.write_bytes(content)
        part.rename(self.folder / name)
        return name

    async def handle_DATA(self, server, session, envelope):
        number, post = server.number, envelope.original_content
        await server.begin("dot")
        if server.reset("dot"):
            return "250 never sent"
        refusal = server.trouble.refusal("dot")
        if refusal:
            self.ledger.write("refused", number, phase="dot", reply=refusal)
            return refusal
        name = self.keep(post)
        facts = dict(
            file=name,
            size=len(post),
            sha256=hashlib.sha256(post).hexdigest(),
            mail_from=envelope.mail_from,
            rcpt_tos=envelope.rcpt_tos,
            message_id=BytesHeaderParser().parsebytes(post)["Message-ID"],
        )
        self.ledger.write("kept", number, **facts)
        if self.drops:
            self.drops -= 1 if self.drops > 0 else 0
            self.ledger.write("dropped", number, **facts)
            server.transport.abort()
            return "250 never sent"
        if self.options.accept_delay:
            await asyncio.sleep(self.options.accept_delay / 1000)
        self.ledger.write("accepted", number, **facts)
        return f"250 2.0.0 Ok: queued as {name[:-4]}"

    async def auth_CRAM__MD5(self, server, args):
        challenge = f"<{secrets.token_hex(8)}@{server.hostname}>".encode()
        answer = await server.challenge_auth(base64.b64encode(challenge).decode(), encode_to_b64=False)
        if answer is MISSING:
            return AuthResult(success=False)
        user, _, digest = answer.decode().rpartition(" ")
        known_user, known_password = self.options.auth
        expected = hmac.new(known_password.encode(), challenge, "md5").hexdigest()
        success = user == known_user and hmac.compare_digest(digest, expected)
        self.ledger.write("auth", server.number, mechanism="CRAM-MD5", user=user, ok=success)
        return AuthResult(success=success, handled=False, auth_data=user)

    async def auth_XOAUTH2(self, server, args):
        said = base64.b64decode(args[1]).decode(errors="replace") if len(args) > 1 else ""
        user, token = self.options.auth
        success = hmac.compare_digest(said.encode(), f"user={user}\x01auth=Bearer {token}\x01\x01".encode())
        self.ledger.write("auth", server.number, mechanism="XOAUTH2", user=user, ok=success)
        if not success:
            # As the large providers do: why, in JSON, which the client acknowledges before the refusal.
            await server.challenge_auth('{"status":"401","schemes":"bearer"}')
        return AuthResult(success=success, handled=False, auth_data=user)


class Conversation(SMTP):
    """One connection: writes the ledger and misbehaves on request, otherwise is aiosmtpd."""

    count = 0

    def __init__(self, handler, ledger, trouble, **settings):
        Conversation.count += 1
        self.number, self.ledger, self.trouble = Conversation.count, ledger, trouble
        self.pause = None
        super().__init__(handler, **settings)

    async def begin(self, phase):
        """Comes to a phase: answers there slowly, or never, if asked to."""
        self.pause = self.trouble.slow(phase)
        if self.pause is not None:
            self.ledger.write("slow", self.number, phase=phase)
        await self.stall(phase)

    async def stall(self, phase):
        if self.trouble.happens(self.trouble.stalls, phase):
            self.ledger.write("stalled", self.number, phase=phase)
            await asyncio.sleep(3600)

    async def refuse(self, phase):
        """Stalls, breaks or refuses as asked; True if the phase is over with that."""
        await self.begin(phase)
        if self.reset(phase):
            return True
        reply = self.trouble.refusal(phase)
        if reply is None:
            return False
        self.ledger.write("refused", self.number, phase=phase, reply=reply)
        await self.push(reply)
        return True

    def reset(self, phase):
        """Breaks the connection as asked, with RST and not with FIN; True if it did."""
        if not self.trouble.happens(self.trouble.resets, phase):
            return False
        self.ledger.write("reset", self.number, phase=phase)
        own = self.transport.get_extra_info("socket")
        own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()
        return True

    async def push(self, status):
        """Says a line; where asked, a byte at a time."""
        if self.pause is None:
            await super().push(status)
            return
        line = status.encode() if isinstance(status, str) else bytes(status)
        for byte in line + b"\r\n":
            self._writer.write(bytes([byte]))
            await self._writer.drain()
            await asyncio.sleep(self.pause)

    async def _handle_client(self):
        over_tls = self.transport.get_extra_info("ssl_object") is not None
        self.ledger.write("connect", self.number, tls=over_tls)
        if await self.refuse("connect"):
            self.transport.close()
            return
        await super()._handle_client()

    def connection_lost(self, error):
        self.ledger.write("gone", self.number)
        super().connection_lost(error)

    async def smtp_EHLO(self, hostname):
        self.ledger.write("ehlo", self.number, name=hostname)
        if not await self.refuse("ehlo"):
            await super().smtp_EHLO(hostname)

    async def smtp_HELO(self, hostname):
        self.ledger.write("helo", self.number, name=hostname)
        if not await self.refuse("helo"):
            await super().smtp_HELO(hostname)

    async def smtp_STARTTLS(self, arg):
        self.ledger.write("starttls", self.number)
        if not await self.refuse("starttls"):
            await super().smtp_STARTTLS(arg)

    async def smtp_AUTH(self, arg):
        if not await self.refuse("auth"):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg):
        self.ledger.write("mail", self.number, argument=arg)
        if not await self.refuse("mail"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg):
        self.ledger.write("rcpt", self.number, argument=arg)
        if not await self.refuse("rcpt"):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg):
        self.ledger.write("data", self.number)
        if await self.refuse("data"):
            return
        if self.trouble.breaks_in_the_body():
            await self.push("354 the test goes no further")
            await self._reader.read(1024)
            await self.stall("body")
            self.reset("body")
            return
        is_in_order = not arg and self.envelope.rcpt_tos and self.session.host_name
        if is_in_order and not (self._auth_required and not self.session.authenticated):
            await self.take_message()
        else:
            await super().smtp_DATA(arg)

    async def take_message(self):
        """As aiosmtpd takes a message, though not line by line: of thousands that took longer than all that their sender
        did."""
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        # The line break before it belongs to the command, so that an empty message has its end, too.
        data, end, looked = bytearray(b"\r\n"), b"\r\n.\r\n", 0
        while (found := data.find(end, looked)) < 0:
            looked = max(0, len(data) - len(end))
            chunk = await self._reader.read(1 << 16)
            if not chunk:
                self.transport.close()
                return
            data += chunk
        # What comes behind a message is the next command, however it came there.
        self._reader._buffer[:0] = data[found + len(end):]
        lines = bytes(data[2:found + 2])
        if len(lines) > self.data_size_limit:
            await self.refuse_message("552 Error: Too much mail data")
        elif max(map(len, lines.split(b"\r\n"))) + 2 > self.line_length_limit:
            await self.refuse_message("500 Line too long (see RFC5321 4.5.3.1.6)")
        else:
            # RFC 5321, 4.5.2.
            lines = (b"\r\n" + lines).replace(b"\r\n.", b"\r\n")[2:]
            self.envelope.content = self.envelope.original_content = lines
            status = await self._call_handler_hook("DATA")
            self._set_post_data_state()
            await self.push(status)

    async def refuse_message(self, words):
        await self.push(words)
        self._set_post_data_state()

    async def smtp_RSET(self, arg):
        self.ledger.write("rset", self.number)
        if not await self.refuse("rset"):
            await super().smtp_RSET(arg)

    async def smtp_QUIT(self, arg):
        self.ledger.write("quit", self.number)
        await super().smtp_QUIT(arg)


def make_certificate(folder, names, kind):
    """A certificate for the names, and what vouches for it: itself, or an authority made for it."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    alternatives = ",".join(("IP:" if n.replace(".", "").isdigit() else "DNS:") + n for n in names)
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

    def openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    if kind == "own":
        openssl("req", "-x509", *new_key, "-days", "2", "-subj", f"/CN={names[0]}",
                "-addext", f"subjectAltName={alternatives}", "-addext", "basicConstraints=critical,CA:FALSE",
                "-keyout", key, "-out", certificate)
        return certificate, key, certificate
    authority, authority_key, request = folder / "authority.pem", folder / "authority-key.pem", folder / "request.pem"
    openssl("req", "-x509", *new_key, "-days", "3650", "-subj", "/CN=Private test authority",
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign",
            "-keyout", authority_key, "-out", authority)
    openssl("req", "-new", *new_key, "-subj", f"/CN={names[0]}", "-keyout", key, "-out", request)
    (folder / "index.txt").write_text("")
    (folder / "serial").write_text("1000\n")
    settings = folder / "authority.cnf"
    settings.write_text(f"""[ca]
default_ca = this
[this]
database = {folder}/index.txt
new_certs_dir = {folder}
serial = {folder}/serial
default_md = sha256
policy = names
x509_extensions = server
[names]
commonName = supplied
[server]
subjectAltName = {alternatives}
basicConstraints = critical,CA:FALSE
""")
    when = ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"] if kind == "expired" else ["-days", "2"]
    openssl("ca", "-batch", "-notext", "-config", settings, "-cert", authority, "-keyfile", authority_key,
            "-in", request, "-out", certificate, *when)
    return certificate, key, authority


def read_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--tls", choices=("none", "implicit", "starttls"), default="none")
    parser.add_argument("--names", default="localhost,127.0.0.1", help="names in the certificate")
    parser.add_argument("--certificate", choices=("own", "authority", "expired"), default="own",
                        help="signed by itself, by an authority of its own, or by that one and long expired")
    parser.add_argument("--auth", type=lambda text: tuple(text.split(":", 1)), metavar="USER:PASSWORD")
    parser.add_argument("--mechanisms", default="PLAIN,LOGIN,CRAM-MD5")
    parser.add_argument("--fail", action="append", default=[], metavar="PHASE:CODE[:TIMES[:ENHANCED]]")
    parser.add_argument("--stall", action="append", default=[], metavar="PHASE[:TIMES]")
    parser.add_argument("--trickle", action="append", default=[], metavar="PHASE:MS[:TIMES]")
    parser.add_argument("--reset", action="append", default=[], metavar="PHASE[:TIMES]")
    parser.add_argument("--drop-after-dot", type=int, nargs="?", const=-1, default=0, metavar="TIMES")
    parser.add_argument("--accept-delay", type=int, default=0, metavar="MS")
    parser.add_argument("--stay", action="store_true", help="do not end when standard input closes")
    return parser.parse_args()


async def serve(options):
    options.folder.mkdir(parents=True, exist_ok=True)
    ledger = Ledger(options.folder)
    trouble = Misbehaviour(options.fail, options.stall, options.trickle, options.reset)
    handler = Post(options.folder, ledger, options)
    context = authority = None
    if options.tls != "none":
        certificate, key, authority = make_certificate(options.folder, options.names.split(","), options.certificate)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key)

    def sign_in(server, session, envelope, mechanism, data):
        right = isinstance(data, LoginPassword) and options.auth is not None and (
            data.login.decode(errors="replace"), data.password.decode(errors="replace")) == options.auth
        user = data.login.decode(errors="replace") if isinstance(data, LoginPassword) else ""
        ledger.write("auth", server.number, mechanism=mechanism, user=user, ok=right)
        return AuthResult(success=right, handled=False)

    settings = dict(hostname="smtp.test", ident="AutoReport test server", loop=asyncio.get_running_loop())
    if options.tls == "starttls":
        settings.update(tls_context=context, require_starttls=True)
    if options.auth:
        left_out = {"PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2"} - set(options.mechanisms.split(","))
        settings.update(authenticator=sign_in, auth_required=True, auth_require_tls=options.tls == "starttls",
                        auth_exclude_mechanism=left_out)

    server = await asyncio.get_running_loop().create_server(
        lambda: Conversation(handler, ledger, trouble, **settings),
        host=options.host, port=options.port, ssl=context if options.tls == "implicit" else None)
    port = server.sockets[0].getsockname()[1]
    print(json.dumps({"listening": port, "ca": str(authority) if authority else None}), flush=True)
    if options.stay:
        await asyncio.Event().wait()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    os._exit(0)


if __name__ == "__main__":
    try:
        asyncio.run(serve(read_options()))
    except KeyboardInterrupt:
        pass
