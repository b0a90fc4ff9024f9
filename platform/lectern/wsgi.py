"""For servers without ASGI; answers then arrive whole instead of streaming."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lectern.settings")
application = get_wsgi_application()
