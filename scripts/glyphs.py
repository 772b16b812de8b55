"""Makes style/fonts/glyphs.woff2 and style/glyphs.css: the drawings that stand on cards, as a font.

A browser paints each inline SVG as a piece of its own; in a list of hundreds of cards that costs frames. Text it
paints with the card. So what a card shows is drawn here, in outlines, from the same sources as the sprite.

Usage, after a change of the list below or of Lucide's version (both files are committed):
    python3 -m venv /tmp/glyphs && /tmp/glyphs/bin/pip install fonttools==4.68.0 brotli==1.2.1 picosvg==0.23.0
    /tmp/glyphs/bin/python scripts/glyphs.py FOLDER-OF-lucide-static
"""

import json
import pathlib
import re
import sys

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.svgLib.path import parse_path
from picosvg.svg import SVG

# Lucide's drawings with the width of their strokes in a box of 24: as the sprite draws them at the same place.
LUCIDE = {
    "ellipsis": 1.75, "ban": 1.75, "hand": 1.75, "list-checks": 1.75, "message-square": 1.75, "paperclip": 1.75,
    "circle-check": 2, "calendar-x": 2, "alarm-clock": 2, "clock": 2, "calendar": 2,
}
# Our own marks. What is faint in the drawing is a glyph of its own, which the style draws in a weaker colour.
PRIORITIES = ("low", "medium", "high", "urgent")

FAMILY, EM, FIRST = "AutoReport Glyphs", 1920, 0xE000
ROOT = pathlib.Path(__file__).resolve().parent.parent


def outlines(svg: str) -> tuple[float, list[str]]:
    """The size of the box, and filled paths for everything that is drawn in it."""
    drawing = SVG.fromstring(svg).topicosvg()
    return drawing.view_box().w, [shape.d for shape in drawing.shapes()]


def glyph(size: float, paths: list[str]):
    pen = TTGlyphPen(None)
    # Quadratic curves, and the y axis of fonts, which points up. The box is the em square.
    scale = EM / size
    drawn = TransformPen(Cu2QuPen(pen, max_err=1, reverse_direction=False), (scale, 0, 0, -scale, 0, EM))
    for path in paths:
        parse_path(path, drawn)
    return pen.glyph()


def lucide(folder: pathlib.Path, name: str, stroke: float):
    svg = (folder / "icons" / f"{name}.svg").read_text()
    return glyph(*outlines(re.sub(r'stroke-width="[^"]*"', f'stroke-width="{stroke}"', svg)))


def priority(name: str, faint: bool):
    svg = (ROOT / "style/icons" / f"priority-{name}.svg").read_text()
    kept = re.sub(r"<path[^>]*/>", lambda path: path[0] if ("fill-opacity" in path[0]) == faint else "", svg)
    if "<path" not in kept:
        return None
    return glyph(*outlines(re.sub(r' fill-opacity="[^"]*"', "", kept)))


def main(folder: pathlib.Path) -> None:
    version = json.loads((folder / "package.json").read_text())["version"]
    drawn = {name: lucide(folder, name, stroke) for name, stroke in LUCIDE.items()}
    faint = {}
    for name in PRIORITIES:
        drawn[f"priority-{name}"] = priority(name, faint=False)
        if (rest := priority(name, faint=True)) is not None:
            faint[f"priority-{name}"] = rest

    empty = TTGlyphPen(None).glyph()
    glyphs = {".notdef": empty, **drawn, **{f"{name}-faint": rest for name, rest in faint.items()}}
    places = {name: FIRST + at for at, name in enumerate(list(glyphs)[1:])}
    font = FontBuilder(EM, isTTF=True)
    font.setupGlyphOrder(list(glyphs))
    font.setupCharacterMap({place: name for name, place in places.items()})
    font.setupGlyf(glyphs)
    font.setupHorizontalMetrics({name: (EM, font.font["glyf"][name].xMin if glyphs[name].numberOfContours else 0) for name in glyphs})
    # The em square is the line: a box of 1em is filled from edge to edge.
    font.setupHorizontalHeader(ascent=EM, descent=0, lineGap=0)
    font.setupOS2(version=4, sTypoAscender=EM, sTypoDescender=0, sTypoLineGap=0, usWinAscent=EM, usWinDescent=0, fsSelection=0x40 | 0x80)
    font.setupNameTable({
        "familyName": FAMILY, "styleName": "Regular",
        "copyright": f"Drawings of Lucide {version}, (c) Lucide Icons and Contributors, ISC; part of them from Feather, (c) Cole Bemis, MIT. Marks of priority: AutoReport, Apache-2.0.",
    })
    font.setupPost(keepGlyphNames=False)
    # The same sources make the same file: its dates are 1970.
    font.font["head"].created = font.font["head"].modified = 0x7C259DC0
    font.font.recalcTimestamp = False
    font.font.flavor = "woff2"
    font.save(ROOT / "style/fonts/glyphs.woff2")

    def rule(name: str, part: str, glyph: str) -> str:
        return f'  [data-glyph="{name}"]::{part} {{ content: "\\{places[glyph]:x}"; }}\n'

    rules = [rule(name, "before", name) for name in drawn] + [rule(name, "after", f"{name}-faint") for name in faint]
    (ROOT / "style/glyphs.css").write_text(
        "/* Made by scripts/glyphs.py. Private characters, drawn by no other font and read by no screen reader. */\n"
        "@layer base {\n" + "".join(rules) + "}\n"
    )


main(pathlib.Path(sys.argv[1]))
