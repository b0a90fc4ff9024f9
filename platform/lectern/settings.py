"""Every setting of Lectern, each from one ``LECTERN_*`` variable with a working default.

Two variables move it from one machine to many: ``LECTERN_DATABASE_URL`` and
``LECTERN_BROKER_URL``. Without them the embedded servers, started by ``lectern up``, are used.
``docs/settings.md`` lists all of them.
"""

import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from lectern.embedded import addresses

ROOT = Path(__file__).resolve().parents[2]


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def flag(name: str, *, default: bool) -> bool:
    return text(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


def number(name: str, default: int) -> int:
    try:
        return int(text(name, str(default)))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {text(name)!r}") from error


def names(name: str, default: str) -> list[str]:
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


# --- where things are -------------------------------------------------------------------
STATE = Path(text("LECTERN_STATE", str(ROOT / "var"))).resolve()
PRODUCTION = flag("LECTERN_PRODUCTION", default=False)
DEBUG = False
BASE_URL = text("LECTERN_BASE_URL")

_embedded = addresses.read(STATE)
DATABASE_URL = text("LECTERN_DATABASE_URL", _embedded.app_url if _embedded else "")
DATABASE_OWNER_URL = text("LECTERN_DATABASE_OWNER_URL", _embedded.owner_url if _embedded else "")
BROKER_URL = text("LECTERN_BROKER_URL", _embedded.broker_url if _embedded else "")


def secret_key() -> str:
    """The configured key, or the one that ``lectern up`` wrote into the state folder."""
    if configured := text("LECTERN_SECRET_KEY"):
        return configured
    stored = STATE / "secret-key"
    if stored.is_file():
        return stored.read_text().strip()
    if PRODUCTION:
        raise ImproperlyConfigured("LECTERN_SECRET_KEY is not set; production needs one")
    # For commands before the first start. Never a fixed one, which everybody would know.
    return secrets.token_urlsafe(64)


SECRET_KEY = secret_key()
ALLOWED_HOSTS = names("LECTERN_ALLOWED_HOSTS", "" if PRODUCTION else "localhost,127.0.0.1,[::1]")
if PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("LECTERN_ALLOWED_HOSTS is not set; production needs the host names")


# --- database ---------------------------------------------------------------------------
def database(url: str, **options: object) -> dict[str, object]:
    """Django's description of the Postgres at ``url``; a placeholder when there is none yet."""
    if not url:
        return {"ENGINE": "django.db.backends.dummy"}
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


DATABASES = {
    # A cached plan made for another tenant's size cost 60 times more and lost rows, hence
    # plan_cache_mode (docs/architecture.md, data layer).
    "default": database(
        DATABASE_URL,
        pool={"min_size": 1, "max_size": 8, "timeout": 5, "max_lifetime": 1800},
        options="-c plan_cache_mode=force_custom_plan -c jit=off",
    )
    # After a restart of Postgres each pooled connection would otherwise fail one request.
    | {"CONN_HEALTH_CHECKS": True},
    # Owns the tables; used by migrations only. The application never connects with it.
    "owner": database(DATABASE_OWNER_URL),
}
DATABASE_ROUTERS: list[str] = []
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- jobs -------------------------------------------------------------------------------
JOB_LEASE_SECONDS = number("LECTERN_JOB_LEASE_SECONDS", 60)
JOB_HEARTBEAT_SECONDS = number("LECTERN_JOB_HEARTBEAT_SECONDS", 15)
JOB_SWEEP_SECONDS = number("LECTERN_JOB_SWEEP_SECONDS", 15)
GOLDEN_QUIET_SECONDS = number("LECTERN_GOLDEN_QUIET_SECONDS", 180)

# --- documents --------------------------------------------------------------------------
MAX_UPLOAD_MB = number("LECTERN_MAX_UPLOAD_MB", 200)
MAX_PAGES = number("LECTERN_MAX_PAGES", 2000)
# The program that recognises text on pages that are pictures, and the languages it looks for.
TESSERACT = text("LECTERN_TESSERACT", "tesseract")
OCR_LANGUAGES = text("LECTERN_OCR_LANGUAGES", "eng")
MAX_QUESTION_CHARACTERS = number("LECTERN_MAX_QUESTION_CHARACTERS", 4000)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_TEMP_DIR: str | None = None
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "documents": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": STATE / "documents", "file_permissions_mode": 0o600},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# What the operator opened for sources: folders of this machine, in which each tenant has one of
# its short name, and the addresses of S3 servers. Nothing is open by itself.
CONNECTORS_ALLOWED = {
    "folder": names("LECTERN_WATCHED_FOLDERS", ""),
    "s3": names("LECTERN_S3_ENDPOINTS", ""),
}

# --- applications -----------------------------------------------------------------------
INSTALLED_APPS = [
    "lectern",
    "lectern.tenants",
    "lectern.jobs",
    "lectern.plugins",
    "lectern.documents",
    "lectern.answering",
    "lectern.sources",
    "lectern.api",
    "lectern.web",
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "ninja",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "lectern.web.requests.RequestIdMiddleware",
    "lectern.api.errors.ProblemMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "lectern.web.requests.ErrorPageMiddleware",
    "lectern.tenants.middleware.TenantMiddleware",
]
ROOT_URLCONF = "lectern.urls"
ASGI_APPLICATION = "lectern.asgi.application"
WSGI_APPLICATION = "lectern.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "lectern.web.requests.page_frame",
            ],
        },
    }
]
STATIC_URL = "/static/"
STATIC_ROOT = STATE / "static"

# --- people -----------------------------------------------------------------------------
AUTH_USER_MODEL = "tenants.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "lectern.tenants.sign_in.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_REAUTHENTICATION_REQUIRED = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
MFA_TOTP_ISSUER = "Lectern"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_PROVIDERS = (
    {
        "openid_connect": {
            "APPS": [
                {
                    "provider_id": "company",
                    "name": text("LECTERN_OIDC_NAME", "Company sign-in"),
                    "client_id": text("LECTERN_OIDC_CLIENT_ID"),
                    "secret": text("LECTERN_OIDC_SECRET"),
                    "settings": {"server_url": text("LECTERN_OIDC_URL")},
                }
            ]
        }
    }
    if text("LECTERN_OIDC_URL")
    else {}
)
# Nothing is sent out; a library that tries must not write it into the log either.
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

# --- the browser ------------------------------------------------------------------------
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "lectern.web.errors.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
if PRODUCTION:
    # Browsers take cookies of these names from this very host alone, and over HTTPS.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = names("LECTERN_TRUSTED_ORIGINS", BASE_URL)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- language and time ------------------------------------------------------------------
LANGUAGE_CODE = "en"
# More when their translations are written; half-translated pages help nobody.
LANGUAGES = [("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"links": {"()": "lectern.tenants.log_lines.WithoutInvitations"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["links"]}
    },
    "root": {"handlers": ["stderr"], "level": text("LECTERN_LOG_LEVEL", "INFO")},
    "loggers": {"httpx": {"level": "WARNING"}, "pypdfium2": {"level": "WARNING"}},
}
