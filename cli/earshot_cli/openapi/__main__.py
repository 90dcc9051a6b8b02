"""Writes the document beside the function that serves it."""

import sys

from earshot_cli.local.settings import ROOT
from earshot_cli.openapi.document import text
from earshot_cli.openapi.errors import DescriptionError

PLACE = ROOT / "functions/serve_openapi/openapi.json"


def main() -> int:
    """Write the file; 1 with a sentence if something is not described."""
    try:
        PLACE.write_text(text(), encoding="utf-8")
    except DescriptionError as exc:
        print(exc, file=sys.stderr)
        return 1
    print(f"{PLACE.relative_to(ROOT)} is written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
