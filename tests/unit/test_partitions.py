"""No address of the code holds a domain of AWS: it differs by partition, and the clients know it."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
DOMAIN = "amazonaws.com"
# A rule's service principal, as a queue's policy names it in every partition.
ALLOWED = {"cli/earshot_cli/local/ministack_services.py"}


def test_no_domain_of_aws_is_written_into_the_code() -> None:
    files = [path for folder in ("cli", "layers", "functions") for path in (ROOT / folder).rglob("*.py")]
    assert len(files) > 100
    naming = {str(path.relative_to(ROOT)) for path in files if DOMAIN in path.read_text(encoding="utf-8")}
    assert naming == ALLOWED
