"""Measures what Python's unicodedata says, beyond test/vectors/tables/charsets.json.

Run with Python 3.11 (Unicode 14):
    python3.11 scripts/python-unicode.py > test/vectors/tables/python-unicode.json
"""

import json
import sys
import unicodedata

assert unicodedata.unidata_version == "14.0.0", unicodedata.unidata_version


def ranges(keep):
    out, start = [], None
    for point in range(0x110001):
        member = point < 0x110000 and keep(chr(point))
        if member and start is None:
            start = point
        if not member and start is not None:
            out.append([f"{start:04X}"] if start == point - 1 else [f"{start:04X}", f"{point - 1:04X}"])
            start = None
    return out


def composing():
    """Characters that a canonical composition may join to what stands before them."""
    found = {chr(p) for p in [*range(0x1161, 0x1176), *range(0x11A8, 0x11C3)]}
    for point in range(0x110000):
        parts = unicodedata.decomposition(chr(point)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            found.add(chr(int(parts[1], 16)))
    return found


joins = composing()
tables = {
    "unassigned": ("category Cn", lambda c: unicodedata.category(c) == "Cn"),
    "nfc_suspect": (
        "combining, or changed by NFC, or able to compose with what stands before it",
        lambda c: unicodedata.combining(c) != 0 or unicodedata.normalize("NFC", c) != c or c in joins,
    ),
}
json.dump(
    {name: {"how": how, "ranges": ranges(keep)} for name, (how, keep) in tables.items()},
    sys.stdout,
    separators=(",", ":"),
)
