"""Whether a long-running part serves, asked the way its users ask."""

from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from celery import Celery

from lectern.embedded.addresses import BROKER_PREFIX

PROBE_SECONDS = 3.0


def web_answers(url: str) -> bool:
    """Whether the web server answers, with whatever page, and does not fail."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=PROBE_SECONDS)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def worker_answers(node: str, broker_url: str) -> bool:
    """Whether the worker called ``node`` answers through the broker."""
    with Celery(broker=broker_url, set_as_current=False) as asking:
        asking.conf.update(broker_transport_options={"global_keyprefix": BROKER_PREFIX})
        try:
            answers = asking.control.ping(destination=[node], timeout=PROBE_SECONDS, limit=1)
        except asking.connection_for_read().connection_errors:
            return False
    return bool(answers)
