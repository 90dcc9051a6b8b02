"""Tokens as other people's servers sign them: whatever claims and header they like, which no library refuses."""

import hmac
import json
from base64 import urlsafe_b64encode
from typing import Any


def signed(secret: str, claims: Any, header: Any = None) -> str:
    """Return a token (JWT, HS256) with these claims; a text stands for JSON as it is."""
    parts = (header or {"alg": "HS256"}, claims)
    sent = ".".join(_coded((part if isinstance(part, str) else json.dumps(part)).encode()) for part in parts)
    return f"{sent}.{_coded(hmac.digest(secret.encode(), sent.encode(), 'sha256'))}"


def _coded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
