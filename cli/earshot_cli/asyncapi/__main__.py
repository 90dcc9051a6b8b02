"""Write the document into docs/."""

import sys

from earshot_cli.asyncapi.document import text
from earshot_cli.asyncapi.errors import DescriptionError
from earshot_cli.local.settings import ROOT

PLACE = ROOT / "docs/asyncapi.json"


def main() -> int:
    """Write the file; 1 with a sentence if a contract lacks something."""
    try:
        PLACE.write_text(text(ROOT / "events"), encoding="utf-8")
    except DescriptionError as exc:
        print(exc, file=sys.stderr)
        return 1
    print(f"{PLACE.relative_to(ROOT)} is written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
