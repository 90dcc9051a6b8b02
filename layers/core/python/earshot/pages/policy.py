"""What a page may load and do, and who may keep it: as little as it needs."""

from base64 import b64encode
from hashlib import sha256


def page_headers(language: str, style: str, image_origin: str | None, script: str) -> dict[str, str]:
    """Return the headers of a page: it loads its style sheet, the logo and, with a script of its own, our widget."""
    policy = [
        "default-src 'none'",
        f"style-src {_hash(style)}",
        *([f"img-src {image_origin}"] if image_origin else []),
        *([f"script-src 'self' {_hash(script)}", "connect-src 'self'"] if script else []),
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
    return {
        "content-type": "text/html; charset=utf-8",
        "content-language": language,
        "content-security-policy": "; ".join(policy),
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
        "x-robots-tag": "noindex",
    }


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
