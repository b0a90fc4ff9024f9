"""The ``lectern`` command: Django's management commands, from any folder."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError

from lectern.errors import LecternError


def main() -> None:
    """Run the management command that the arguments name; an error is a sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lectern.settings")
    try:
        execute_from_command_line(sys.argv)
    except LecternError as error:
        sys.exit(error.message)
    except (OperationalError, ImproperlyConfigured) as error:
        sys.exit(f"{str(error).splitlines()[0]}\nIs Lectern running? ./lectern up starts it.")


if __name__ == "__main__":
    main()
