"""What is stored of a secret that was shown once."""

import hashlib
import hmac

from django.conf import settings


def digest_of(secret: str, *, purpose: str) -> str:
    """The HMAC-SHA256 of ``secret``, in hexadecimal; another ``purpose`` gives another one.

    Secrets are 256 random bits, so a fast keyed hash suffices; the site's own secret makes a
    stolen table useless.
    """
    pepper = hashlib.sha256(purpose.encode() + settings.SECRET_KEY.encode()).digest()
    return hmac.new(pepper, secret.encode(), hashlib.sha256).hexdigest()
