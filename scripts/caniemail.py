"""Makes app/base/src/domain/template/lint/support/table.rs: what mail programs make of CSS, as "Can I email" has
measured it.

The data come with doiuse-email, the checker that the stories hold mails against, so the linter of templates and the
stories say the same. The file is committed.

Usage, after end2end/package-lock.json has another version of doiuse-email:
    python3 scripts/caniemail.py FOLDER-OF-doiuse-email
"""

import json
import pathlib
import sys

TABLE = pathlib.Path(__file__).resolve().parent.parent / "app/base/src/domain/template/lint/support/table.rs"

# The programs that the linter names, in the order of its sentences, with the platforms that count as one of them. Gmail
# in a phone's browser is left out: it takes all style sheets away.
PROGRAMS = {
    "Gmail": ("gmail", ["desktop-webmail", "ios", "android"]),
    "Outlook for Windows": ("outlook", ["windows", "windows-mail"]),
    "Outlook.com": ("outlook", ["outlook-com", "ios", "android"]),
    "Outlook for Mac": ("outlook", ["macos"]),
    "Apple Mail": ("apple-mail", ["macos", "ios"]),
    "Yahoo! Mail": ("yahoo", ["desktop-webmail", "ios", "android"]),
    "Thunderbird": ("thunderbird", ["macos"]),
    "Samsung Email": ("samsung-email", ["android"]),
}
# What a mail can have instead of CSS.
ATTRIBUTES = {"html-background"}


def support(stats: dict, family: str, platforms: list[str]) -> str:
    """`y`, in part `a`, `n`, or unknown `u`: of several platforms that differ, in part."""
    latest = [list(stats[family][one].values())[-1][0] for one in platforms if one in stats.get(family, {})]
    known = {letter for letter in latest if letter != "u"}
    if not known:
        return "u"
    return known.pop() if len(known) == 1 else "a"


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    data = json.loads((folder / "data/can-i-email.json").read_text())
    version = json.loads((folder / "package.json").read_text())["version"]
    rows = {}
    for feature in data["data"]:
        if feature["category"] == "css" or feature["slug"] in ATTRIBUTES:
            letters = "".join(support(feature["stats"], *program) for program in PROGRAMS.values())
            rows.setdefault(feature["title"].strip(), letters)
    lines = [
        "//! What mail programs make of CSS, by caniemail.com (MIT). Made by `scripts/caniemail.py` of doiuse-email",
        f"//! {version}, whose data are of {data['last_update_date'][:10]}; not to be changed by hand.",
        "",
        "/// The programs, in the order of the letters.",
        f"pub static PROGRAMS: [&str; {len(PROGRAMS)}] = [",
        *(f'    "{name}",' for name in PROGRAMS),
        "];",
        "",
        "/// What is asked about, in the order of its bytes, with a letter for each program: `y` knows it, `a` in part, `n` does",
        "/// not, `u` nobody knows.",
        f"pub static FEATURES: [(&str, &str); {len(rows)}] = [",
        *(f'    ("{title}", "{rows[title]}"),' for title in sorted(rows, key=str.encode)),
        "];",
    ]
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text("\n".join(lines) + "\n")


main()
