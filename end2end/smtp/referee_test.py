#!/usr/bin/env python3
"""The referee against messages whose faults are known: it accepts a good one and refuses each bad one for its fault."""

import sys
import unittest
from email.message import EmailMessage
from email import policy
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from referee import KINDS, faults  # noqa: E402

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452")
STOP = "https://reports.example.org/unsubscribe/abc"
HTML = f'<p>Nine done</p><img src="cid:flow" width="600" height="200" alt="Nine done"><a href="{STOP}">Stop</a>'


def report(html=HTML, text="Nine done", headers=(), left_out=(), image=PNG, files=()):
    """A good report, but for what is asked for."""
    mail = EmailMessage(policy=policy.SMTP)
    usual = [
        ("Message-ID", "<1@example.org>"), ("Date", "Mon, 23 Nov 2026 07:00:00 +0000"), ("From", "Žiga <reports@example.org>"),
        ("To", "mina@example.org"), ("Subject", "Week 47 – nine done"), ("Auto-Submitted", "auto-generated"),
        ("List-Id", "<weekly.example.org>"), ("List-Unsubscribe", f"<{STOP}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ]
    named = [name for name, _ in headers]
    for name, value in [pair for pair in usual if pair[0] not in named and pair[0] not in left_out] + list(headers):
        mail[name] = value
    mail.set_content(text, cte="quoted-printable")
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    if image is not None:
        body = mail.get_payload()[1]
        body.add_related(image, "image", "png", cid="<flow>")
        body.set_param("type", "text/html")
    for name, content in files:
        mail.add_attachment(content, "text", "csv", filename=name)
    return mail.as_bytes()


class Referee(unittest.TestCase):
    def refuses(self, raw, words, kind="report"):
        found = faults(raw, kind)
        self.assertTrue(any(words in fault for fault in found), f"{words!r} is not among {found}")

    def test_a_good_message_has_no_fault(self):
        self.assertEqual(faults(report(), "report"), [])
        self.assertEqual(faults(report(files=[("tasks.csv", b"a,b\r\n"), ("Übersicht.csv", b"a\r\n")]), "report"), [])

    def test_every_kind_has_all_its_rules(self):
        for name, rules in KINDS.items():
            self.assertEqual(set(rules), {"is_list", "images", "files"}, name)

    def test_lines(self):
        good = report()
        self.refuses(good.replace(b"\r\n\r\n", b"\n\r\n", 1), "stands alone")
        self.refuses(good[:-2], "does not end")
        self.refuses(good.replace(b"Subject: ", b"X-Long: " + b"x" * 999 + b"\r\nSubject: ", 1), "a line of 10")
        self.refuses(good.replace(b"To: mina", "To: Žiga mina".encode(), 1), "beyond ASCII")

    def test_headers(self):
        for name in ("Date", "Message-ID", "Auto-Submitted", "Subject", "From"):
            self.refuses(report(left_out=[name]), f"0 headers {name}")
        self.refuses(report(left_out=["To"]), "nobody is named")
        self.refuses(report(headers=[("Bcc", "boss@example.org")]), "header Bcc")
        self.refuses(report().replace(b"Subject: ", b"Subject: twice\r\nSubject: ", 1), "2 headers Subject")
        self.refuses(report(headers=[("Date", "yesterday")]), "Date")
        self.refuses(report().replace(b"auto-generated", b"no", 1), "Auto-Submitted is no")
        self.refuses(report().replace(b"<1@example.org>", b"<one>", 1), "Message-ID is")

    def test_lists(self):
        self.refuses(report(left_out=["List-Unsubscribe-Post"]), "List-Unsubscribe-Post is")
        self.refuses(report(left_out=["List-Unsubscribe"]), "List-Unsubscribe is")
        self.refuses(report(left_out=["List-Id"]), "List-Id is")
        self.refuses(report(html=HTML.replace(STOP, "https://example.org")), "no link to stop")
        self.refuses(report().replace(b"https://reports", b"http://reports"), "one click over http")
        self.refuses(report(), "List-Id in a mail that no schedule sends", kind="test")

    def test_tree(self):
        bare = b"\r\n".join(line for line in report().split(b"\r\n\r\n", 1)[0].split(b"\r\n") if not line.startswith((b"Content-", b" boundary")))
        self.refuses(bare + b"\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>x</p>\r\n", "instead of multipart/alternative")
        self.refuses(report().replace(b"multipart/related", b"multipart/mixed"), "multipart/alternative of")
        self.refuses(report(files=[("../x.csv", b"a\r\n")]), "is called")
        self.refuses(report(files=[("x.csv", b"a\r\n")]), "attachments where none belong", kind="test")

    def test_texts(self):
        self.refuses(report(text=" "), "no text part")
        self.refuses(report(html=HTML + "x" * 90_000), "Gmail clips")

    def test_images(self):
        self.refuses(report(html=HTML.replace("cid:flow", "cid:other")), "cid:other is not in the message")
        self.refuses(report(html=f'<a href="{STOP}">Stop</a>'), "is never shown")
        self.refuses(report(html=HTML.replace(' alt="Nine done"', "")), "no alternative text")
        self.refuses(report(html=HTML.replace(' width="600"', "")), "no width")
        self.refuses(report(image=b"<svg/>"), "a PNG that is none")
        self.refuses(report(html=HTML + '<img src="https://spy.example/x.png" alt="x" width="1" height="1">'), "an image at https://spy")
        self.refuses(report(html=HTML + '<img src="data:image/png;base64,AA" alt="x" width="1" height="1">'), "a data: address")

    def test_markup(self):
        self.refuses(report(html=HTML + "<script>alert(1)</script>"), "<script>")
        self.refuses(report(html=HTML + "<svg></svg>"), "<svg>")
        self.refuses(report(html=HTML + '<a href="javascript:alert(1)">x</a>'), "leads to")
        self.refuses(report(html=HTML + '<a href="/board">x</a>'), "leads to '/board'")

    def test_what_is_no_message_is_refused_and_ends(self):
        for raw in (b"", b"\r\n", b"nonsense", b"Content-Type: multipart/mixed\r\n\r\nx\r\n", b"\xff" * 100):
            self.assertNotEqual(faults(raw, "report"), [])


if __name__ == "__main__":
    unittest.main()
