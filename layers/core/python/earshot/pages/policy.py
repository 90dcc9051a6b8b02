"""What a page may load and do, and who may keep it: as little as it needs."""

from base64 import b64encode
from hashlib import sha256


def page_headers(language: str, style: str, image_origin: str | None, *, is_scripted: bool) -> dict[str, str]:
    """Give the headers of a page: it loads its one style sheet, the logo, and our own widget if it has a form."""
    style_hash = b64encode(sha256(style.encode()).digest()).decode()
    policy = [
        "default-src 'none'",
        f"style-src 'sha256-{style_hash}'",
        *([f"img-src {image_origin}"] if image_origin else []),
        *(["script-src 'self'", "connect-src 'self'"] if is_scripted else []),
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
        "x-content-type-options": "nosniff",
        "x-robots-tag": "noindex",
    }
