"""Makes app/src/platform/fonts/Box.ttf: one drawing, an empty box, for every letter that no font has.

Usage, after a change of the drawing (the file is committed):
    python3 -m venv /tmp/box && /tmp/box/bin/pip install fonttools==4.68.0 && /tmp/box/bin/python scripts/box.py

Its table of letters is of format 13 (many letters, one drawing), so it has half a kilobyte. It says that it is
monospaced and has serifs, which makes it the last choice of whoever looks for a font like Inter.
"""

import pathlib

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import newTable
from fontTools.ttLib.tables.O_S_2f_2 import Panose
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

FILE = pathlib.Path(__file__).resolve().parent.parent / "app/src/platform/fonts/Box.ttf"
# Everything that can be seen, without ASCII, which Inter has, and without what is no letter (D800 to DFFF).
LETTERS = [range(0xA1, 0xD800), range(0xE000, 0x110000)]


def box(stroke):
    pen = TTGlyphPen(None)
    outer, inner = (60, 0, 540, 700), (60 + stroke, stroke, 540 - stroke, 700 - stroke)
    for (left, bottom, right, top), is_hole in ((outer, False), (inner, True)):
        corners = [(left, bottom), (left, top), (right, top), (right, bottom)]
        corners = corners[::-1] if is_hole else corners
        pen.moveTo(corners[0])
        for corner in corners[1:]:
            pen.lineTo(corner)
        pen.closePath()
    return pen.glyph()


builder = FontBuilder(1000, isTTF=True)
builder.setupGlyphOrder([".notdef", "space", "box"])
builder.setupCharacterMap({0x20: "space"})
builder.setupGlyf({".notdef": box(50), "space": TTGlyphPen(None).glyph(), "box": box(50)})
builder.setupHorizontalMetrics({".notdef": (600, 60), "space": (280, 0), "box": (600, 60)})
builder.setupHorizontalHeader(ascent=900, descent=-200)
builder.setupOS2(sTypoAscender=900, sTypoDescender=-200, usWinAscent=900, usWinDescent=200, fsType=0,
                 panose=Panose(bFamilyType=2, bSerifStyle=2, bProportion=9))
builder.setupPost(isFixedPitch=1)
builder.setupHead(created=0, modified=0, unitsPerEm=1000)
builder.font.recalcTimestamp = False
builder.setupNameTable({"familyName": "AutoReport Box", "styleName": "Regular", "fullName": "AutoReport Box",
                        "psName": "AutoReportBox", "version": "1"})
table = CmapSubtable.newSubtable(13)
table.platformID, table.platEncID, table.language = 3, 10, 0
table.cmap = {0x20: "space", **{letter: "box" for letters in LETTERS for letter in letters}}
cmap = newTable("cmap")
cmap.tableVersion, cmap.tables = 0, [table]
builder.font["cmap"] = cmap
builder.save(FILE)
print(f"{FILE.name}: {FILE.stat().st_size} bytes")
