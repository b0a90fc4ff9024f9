"""The product's settings on a state folder that is thrown away after the run."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_state = Path(tempfile.mkdtemp(prefix="lectern-test-"))
atexit.register(shutil.rmtree, _state, ignore_errors=True)
for name in [name for name in os.environ if name.startswith("LECTERN_")]:
    del os.environ[name]
os.environ["LECTERN_STATE"] = str(_state)
# Where the databases are is known once the tests' own Postgres runs (conftest); with a URL that
# leads nowhere they have until then the engine and the pool that the product has.
_databases = ["LECTERN_DATABASE_URL", "LECTERN_DATABASE_OWNER_URL"]
os.environ.update(dict.fromkeys(_databases, "postgresql://"))

from lectern.settings import *  # noqa: E402, F403
from lectern.settings import STORAGES  # noqa: E402

for name in _databases:
    del os.environ[name]

# The exported model depends on nothing but the weights; making it anew costs ten seconds.
_models = Path(__file__).resolve().parents[1] / "var" / "models"
_models.mkdir(parents=True, exist_ok=True)
(_state / "models").symlink_to(_models)

(_state / "static").mkdir()
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
# Argon2 is slow on purpose; tests of signing in need its interface only.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
