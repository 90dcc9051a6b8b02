"""`python -m tests.translated_template FILE`: write the template as CloudFormation gets it, for tools that read no SAM.

It is that of a production stack with everything switched on that a parameter can switch on.
"""

import json
import logging
import sys
from pathlib import Path

from benchmarks.price.template import TEMPLATE, translated

EVERYTHING = {
    "Stage": "prod",
    "AlarmEmail": "alarms@example.com",
    "CrmUrl": "https://crm.example.com/hook",
    "ReservedConcurrency": "true",
    "Canary": "true",
}


def main(path: Path) -> None:
    """Write the translated template as JSON."""
    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": translated(TEMPLATE, **EVERYTHING).resources}
    path.write_text(json.dumps(template, indent=1, default=str), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
