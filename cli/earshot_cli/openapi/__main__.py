"""Write the document next to the function that serves it, and the list of all paths."""

import sys

from earshot_cli.local.settings import ROOT
from earshot_cli.openapi.document import text
from earshot_cli.openapi.errors import DescriptionError
from earshot_cli.openapi.routes import paths_module

PLACE = ROOT / "functions/serve_openapi/openapi.json"
PATHS = ROOT / "layers/core/python/earshot/api/all_paths.py"


def main() -> int:
    """Write the files; 1 with a sentence if something is not described."""
    try:
        PLACE.write_text(text(), encoding="utf-8")
        PATHS.write_text(paths_module(), encoding="utf-8")
    except DescriptionError as exc:
        print(exc, file=sys.stderr)
        return 1
    print(f"{PLACE.relative_to(ROOT)} and {PATHS.relative_to(ROOT)} are written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
