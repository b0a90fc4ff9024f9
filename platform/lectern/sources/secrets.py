"""Secrets of sources, encrypted with a key that only the site's processes have."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from lectern.errors import Invalid


def sealed(secrets: Mapping[str, str]) -> bytes:
    """``secrets`` as they may be stored."""
    return _box().encrypt(json.dumps(dict(secrets)).encode())


def opened(stored: bytes | memoryview) -> dict[str, str]:
    """The secrets that :func:`sealed` was given; none for no bytes.

    Raises ``Invalid`` after the site's secret key was changed.
    """
    if not stored:
        return {}
    try:
        secrets: dict[str, str] = json.loads(_box().decrypt(bytes(stored)))
    except InvalidToken as error:
        raise Invalid(
            "The secrets of this source were encrypted with another key of this site. "
            "Type them in again.",
            code="secrets_lost",
        ) from error
    return secrets


def _box() -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"lectern source secrets")
    return Fernet(urlsafe_b64encode(derived.derive(settings.SECRET_KEY.encode())))
