"""Builds the widget: its parts in one closed scope, and its style sheet, minified; `make widget` writes both."""

import gzip
import json
import re
from hashlib import sha256
from pathlib import Path

import minify

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "web/widget"
BUILT = ROOT / "layers/core/python/earshot/pages/widget.js"
BUILT_STYLE = ROOT / "layers/core/python/earshot/pages/widget.css"
# Each part uses only what is above it, or what runs later.
PARTS = ("loader", "storage", "queue", "targeting", "element")
# Bytes, gzip -9: the script alone, and the script and the config of any language compressed together.
BUDGET, BUDGET_WITH_CONFIG = 7_168, 8_192


def build() -> str:
    """Return the widget as it is served."""
    version = sha256(build_style().encode()).hexdigest()[:8]
    parts = [(SOURCE / f"{part}.js").read_text(encoding="utf-8") for part in PARTS]
    whole = "\n".join([f"const STYLE={json.dumps('/widget/style.css?' + version)};", *parts, "attempt(begin);"])
    for line, name, number in re.findall(r"^(const ([A-Z]+) = ([\de]+);.*)$", whole, re.MULTILINE):
        # The minifier leaves a constant its name, which takes more room than its number.
        whole = re.sub(rf"\b{name}\b", number, whole.replace(line, ""))
    return str(minify.string("application/javascript", f'(()=>{{"use strict";{whole}}})();')) + "\n"


def build_style() -> str:
    """Return the style sheet of the question, which a page loads only when the question may be shown."""
    return str(minify.string("text/css", (SOURCE / "style.css").read_text(encoding="utf-8"))) + "\n"


def size_of(script: str) -> int:
    """Return the bytes a browser loads: gzip, as the stack serves it."""
    return len(gzip.compress(script.encode(), 9, mtime=0))


def main() -> None:
    """Write the widget where the stack serves it from, and say what it weighs."""
    script = build()
    BUILT.parent.mkdir(parents=True, exist_ok=True)
    BUILT.write_text(script, encoding="utf-8")
    BUILT_STYLE.write_text(build_style(), encoding="utf-8")
    print(f"{BUILT.relative_to(ROOT)}: {len(script):,} bytes, {size_of(script):,} of {BUDGET:,} gzip")  # noqa: T201
    print(f"{BUILT_STYLE.relative_to(ROOT)}: {size_of(build_style()):,} gzip")  # noqa: T201


if __name__ == "__main__":
    main()
