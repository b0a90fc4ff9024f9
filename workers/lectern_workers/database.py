"""Writing to a database that may be restarting."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

log = logging.getLogger(__name__)

PAUSE_SECONDS = 0.5

Written = TypeVar("Written")


def insist(write: Callable[[], Written]) -> Written:
    """Do ``write``, again and again for the time of a lease if the database does not answer.

    A restart of the database must not cost a job what it has done so far. ``write`` is one
    transaction and may be done twice. Inside another transaction it is tried once.
    """
    until = time.monotonic() + settings.JOB_LEASE_SECONDS
    while True:
        try:
            return write()
        except (OperationalError, InterfaceError) as error:
            if connection.in_atomic_block or time.monotonic() > until:
                raise
            log.warning("database did not answer, trying again reason=%s", error)
            connection.close()
            time.sleep(PAUSE_SECONDS)
