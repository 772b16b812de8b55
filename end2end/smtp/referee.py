#!/usr/bin/env python3
"""Reads a message as a stranger would, and says what is wrong with it.

    referee.py --kind report 0001.eml     prints one fault a line; ends with 1 where there is any, else with 0
    referee.py --kinds                    the kinds it knows, with what each must have

It takes the bytes as a mail server received them. What every mail of the program keeps is written in CHECKS; what only
some kinds have, in KINDS: a new kind is one line there. Only Python's own `email` package reads the message, which
shares no code with the program.
"""

import argparse
import email
import re
import sys
from email import policy
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from pathlib import Path

LINE_MAX = 998
HTML_MAX = 90_000

# Of each kind: whether a schedule sends it (List-Id, a way to stop it), whether it must show images, whether it is the
# same for every reader of a list. `images` and `files`: "must", "may" or "never".
KINDS = {
    "report": dict(is_list=True, images="must", files="may"),
    "report with files": dict(is_list=True, images="must", files="must"),
    "digest": dict(is_list=True, images="may", files="may"),
    "reminder": dict(is_list=True, images="may", files="may"),
    # A template that somebody sends to themselves to see it: no schedule stands behind it.
    "template": dict(is_list=False, images="may", files="never"),
    # What a job would send now, and a sent report once more: to whoever asks, who is on no list.
    "job test": dict(is_list=False, images="must", files="may"),
    # The same of a job whose mails are for each person alone.
    "personal test": dict(is_list=False, images="may", files="never"),
    "copy": dict(is_list=False, images="must", files="may"),
    "test": dict(is_list=False, images="never", files="never"),
    "alarm": dict(is_list=False, images="may", files="never"),
}


class Page(HTMLParser):
    """What the HTML shows and where it leads."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.images, self.tags, self.addresses = [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        attributes = {name: value or "" for name, value in attributes}
        self.tags.append(tag)
        if tag == "img":
            self.images.append(attributes)
        self.addresses += [attributes[name] for name in ("src", "href", "background") if name in attributes]

    handle_startendtag = handle_starttag


class Mail:
    """A message and the two ways in which it is looked at: its bytes, and what the email package makes of them."""

    def __init__(self, raw, kind):
        self.raw, self.kind = raw, KINDS[kind]
        self.message = email.message_from_bytes(raw, policy=policy.SMTP)
        self.parts = list(self.message.walk())
        self.head = raw.split(b"\r\n\r\n", 1)[0]

    def of_type(self, kind):
        return [part for part in self.parts if part.get_content_type() == kind and part.get_content_disposition() != "attachment"]

    @property
    def html(self):
        found = self.of_type("text/html")
        return found[0].get_content() if found else ""


def defects(mail):
    for part in mail.parts:
        for defect in part.defects:
            yield f"{part.get_content_type()}: {type(defect).__name__} {defect}"
        for name, value in part.items():
            for defect in getattr(value, "defects", ()):
                yield f"header {name}: {type(defect).__name__} {defect}"
        if not part.is_multipart():
            part.get_payload(decode=True)
            for defect in part.defects:
                yield f"body of {part.get_content_type()}: {type(defect).__name__} {defect}"


def lines(mail):
    """RFC 5322 2.1.1 and 2.3: no bare CR or LF, no NUL, no line above 998 bytes; RFC 5321: ends with CRLF."""
    if re.search(rb"(?<!\r)\n|\r(?!\n)", mail.raw):
        yield "a CR or LF stands alone"
    if b"\0" in mail.raw:
        yield "there is a NUL"
    if not mail.raw.endswith(b"\r\n"):
        yield "the last line does not end"
    longest = max(len(line) for line in mail.raw.split(b"\r\n"))
    if longest > LINE_MAX:
        yield f"a line of {longest} bytes"
    if re.search(rb"[^\x00-\x7f]", mail.head):
        yield "a header has bytes beyond ASCII"


def headers(mail):
    message = mail.message
    for name in ("Date", "From", "Subject", "Message-ID", "MIME-Version", "Auto-Submitted"):
        count = len(message.get_all(name, []))
        if count != 1:
            yield f"{count} headers {name}"
    if not message.get_all("To") and not message.get_all("Cc"):
        yield "nobody is named in To or Cc"
    for name in ("Bcc", "Resent-Bcc"):
        if name in message:
            yield f"there is a header {name}"
    if not re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", str(message.get("Message-ID", ""))):
        yield f"Message-ID is {message.get('Message-ID')}"
    try:
        if parsedate_to_datetime(str(message.get("Date"))).tzinfo is None:
            yield "Date has no zone"
    except (TypeError, ValueError):
        yield f"Date is {message.get('Date')}"
    if str(message.get("Auto-Submitted", "")) != "auto-generated":
        yield f"Auto-Submitted is {message.get('Auto-Submitted')}"
    if str(message.get("MIME-Version", "")) != "1.0":
        yield f"MIME-Version is {message.get('MIME-Version')}"


def subject(mail):
    words = str(mail.message.get("Subject", ""))
    if not words.strip():
        yield "the subject is empty"
    if "=?" in words or "\ufffd" in words:
        yield f"the subject does not decode: {words}"
    if any(ord(c) < 32 for c in words):
        yield "the subject has control characters"


def addresses(mail):
    for name in ("From", "To", "Cc", "Reply-To"):
        header = mail.message.get(name)
        for address in getattr(header, "addresses", ()):
            if not re.fullmatch(r"[^@\s]+@[^@\s]+", address.addr_spec):
                yield f"{name} names {address.addr_spec!r}"
            if "=?" in address.display_name:
                yield f"a name in {name} does not decode: {address.display_name}"


def lists(mail):
    """RFC 2919, RFC 2369, RFC 8058: one click needs both headers and an address of https."""
    message = mail.message
    stop, post = str(message.get("List-Unsubscribe", "")), str(message.get("List-Unsubscribe-Post", ""))
    if not mail.kind["is_list"]:
        for name in ("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"):
            if name in message:
                yield f"{name} in a mail that no schedule sends"
        return
    if not re.fullmatch(r"<[^<>\s.]+(\.[^<>\s.]+)+>", str(message.get("List-Id", ""))):
        yield f"List-Id is {message.get('List-Id')}"
    link = re.fullmatch(r"\s*<(https?://[^<>\s]+)>\s*", stop)
    if not link:
        yield f"List-Unsubscribe is {stop!r}"
        return
    if link[1].startswith("https:") and post != "List-Unsubscribe=One-Click":
        yield f"List-Unsubscribe-Post is {post!r}"
    if link[1].startswith("http:") and post:
        yield "one click over http is none"
    if link[1] not in mail.html:
        yield "the HTML has no link to stop the mails"


def tree(mail):
    """EMAIL.md: mixed only with attachments, then alternative of text and (related of html and images, or html)."""
    root = mail.message
    files = []
    if root.get_content_type() == "multipart/mixed":
        root, *files = root.get_payload()
        if not files:
            yield "multipart/mixed without attachments"
    yield from attachments(mail, files)
    if root.get_content_type() != "multipart/alternative":
        yield f"{root.get_content_type()} instead of multipart/alternative"
        return
    kinds = [part.get_content_type() for part in root.get_payload()]
    if kinds not in (["text/plain", "text/html"], ["text/plain", "multipart/related"]):
        yield f"multipart/alternative of {kinds}"
        return
    if kinds[1] == "multipart/related":
        related = root.get_payload()[1]
        first, *images = related.get_payload()
        if first.get_content_type() != "text/html":
            yield f"multipart/related begins with {first.get_content_type()}"
        if related.get_param("type") != "text/html":
            yield f"multipart/related says it begins with {related.get_param('type')}"
        if not images:
            yield "multipart/related of one part"
        for image in images:
            if image.get_content_type() != "image/png":
                yield f"{image.get_content_type()} instead of image/png"
            if not image.get("Content-ID"):
                yield "an image without Content-ID"


def attachments(mail, files):
    rule = mail.kind["files"]
    if rule == "never" and files:
        yield "attachments where none belong"
    if rule == "must" and not files:
        yield "no attachment"
    for part in files:
        name = part.get_filename()
        if part.get_content_disposition() != "attachment":
            yield f"{part.get_content_type()} is no attachment"
        if not name:
            yield "an attachment without a name"
        elif re.search(r"[/\\\x00-\x1f]", name) or "=?" in name or name.startswith("."):
            yield f"an attachment is called {name!r}"


def texts(mail):
    plain = mail.of_type("text/plain")
    if len(plain) != 1 or not plain[0].get_content().strip():
        yield "no text part, or an empty one"
    html = mail.of_type("text/html")
    if len(html) != 1:
        yield f"{len(html)} HTML parts"
    for part in plain + html:
        if (part.get_content_charset() or "").lower() not in ("utf-8", "us-ascii"):
            yield f"{part.get_content_type()} in {part.get_content_charset()}"
        if "\ufffd" in part.get_content():
            yield f"{part.get_content_type()} does not decode"
    for part in html:
        size = len(part.get_payload(decode=True))
        if size >= HTML_MAX:
            yield f"{size} bytes of HTML: Gmail clips"


def images(mail):
    page = Page(mail.html)
    ids = [str(part["Content-ID"]).strip("<> ") for part in mail.parts if part.get("Content-ID")]
    shown = [address[4:] for address in page.addresses if address.lower().startswith("cid:")]
    for cid in sorted(set(shown) - set(ids)):
        yield f"cid:{cid} is not in the message"
    for cid in sorted(set(ids) - set(shown)):
        yield f"the image {cid} is never shown"
    if len(ids) != len(set(ids)):
        yield "a Content-ID twice"
    if mail.kind["images"] == "must" and not page.images:
        yield "no image"
    if mail.kind["images"] == "never" and page.images:
        yield "images where none belong"
    for image in page.images:
        source = image.get("src", "")
        if not image.get("alt", "").strip():
            yield f"{source}: no alternative text"
        if not source.startswith("cid:"):
            yield f"an image at {source[:60]}"
        for name in ("width", "height"):
            if not image.get(name, "").isdigit():
                yield f"{source}: no {name}"
    for part in mail.parts:
        if part.get_content_type() == "image/png" and not part.get_payload(decode=True).startswith(b"\x89PNG\r\n\x1a\n"):
            yield "a PNG that is none"


def markup(mail):
    page = Page(mail.html)
    for tag in sorted({"script", "svg", "iframe", "object", "embed", "form", "link"} & set(page.tags)):
        yield f"<{tag}> in the HTML"
    if "data:" in mail.html.lower() and re.search(r"[\"'(]\s*data:", mail.html, re.IGNORECASE):
        yield "a data: address in the HTML"
    for address in page.addresses:
        if not re.match(r"(?i)(https?://|mailto:|cid:|#)", address):
            yield f"leads to {address[:60]!r}"
    for part in mail.parts:
        if "svg" in part.get_content_type():
            yield "an SVG"


CHECKS = (lines, defects, headers, subject, addresses, lists, tree, texts, images, markup)


def faults(raw, kind):
    """Everything that is wrong with a message of this kind, each with the name of its check."""
    mail = Mail(raw, kind)
    found = []
    for check in CHECKS:
        try:
            found += [f"{check.__name__}: {fault}" for fault in check(mail)]
        except (LookupError, ValueError, TypeError, AttributeError) as error:
            # What the package cannot even read is a fault of the message.
            found.append(f"{check.__name__}: cannot be read ({type(error).__name__}: {error})")
    return list(dict.fromkeys(found))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", choices=sorted(KINDS))
    parser.add_argument("--kinds", action="store_true")
    parser.add_argument("files", type=Path, nargs="*")
    options = parser.parse_args()
    if options.kinds:
        for name, rules in KINDS.items():
            print(name, rules)
        return 0
    if not options.kind or not options.files:
        parser.error("name a kind and files")
    count = 0
    for file in options.files:
        for fault in faults(file.read_bytes(), options.kind):
            print(f"{file.name}: {fault}")
            count += 1
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
