"""Which connectors there are, and connecting a source by its own."""

import logging
from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points

from django.conf import settings

from lectern.errors import Invalid, LecternError, Unavailable
from lectern.sdk.connectors import Connection, Connector, ConnectorError, Site
from lectern.sources.bucket import BUCKET
from lectern.sources.folder import FOLDER
from lectern.sources.models import Source
from lectern.sources.secrets import opened
from lectern.tenants.models import Tenant

log = logging.getLogger(__name__)

GROUP = "lectern.connectors"
BUILT_IN = (FOLDER, BUCKET)


@cache
def connectors() -> Mapping[str, Connector]:
    """The usable connectors by name; the log tells which of those installed are not."""
    usable = {connector.name: connector for connector in BUILT_IN}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        try:
            loaded = point.load()
        except Exception:  # whatever an import may raise
            log.exception("connector not usable name=%s", point.name)
            continue
        if not isinstance(loaded, Connector) or loaded.name != point.name or point.name in usable:
            log.error(
                "connector not usable name=%s: it must be one Connector whose new name equals "
                "the entry point's",
                point.name,
            )
            continue
        usable[point.name] = loaded
    return usable


def connector_named(name: str) -> Connector:
    """The connector of that name; ``Unavailable`` if it is not installed (any more)."""
    connector = connectors().get(name)
    if connector is None:
        raise Unavailable(
            f"The connector {name!r} is not installed. Ask the operator to install it, or delete "
            "the source."
        )
    return connector


def chosen_connector(name: str) -> Connector:
    """The connector that a new source names; ``Invalid`` if there is none of that name."""
    connector = connectors().get(name)
    if connector is None:
        raise Invalid(
            f"There is no connector {name!r} here. Choose one of {', '.join(connectors())}."
        )
    return connector


def checked_settings(connector: Connector, given: Mapping[str, str]) -> dict[str, str]:
    """``given`` with the defaults, for exactly the connector's settings; ``Invalid`` otherwise."""
    known = {setting.name for setting in connector.settings}
    if unknown := sorted(given.keys() - known):
        raise Invalid(f"{connector.title} has no setting {unknown[0]!r}. It has: {sorted(known)}.")
    values = {}
    for setting in connector.settings:
        value = given.get(setting.name, "").strip() or setting.default
        if setting.required and not value:
            raise Invalid(f"{setting.label} is missing. Fill it in.")
        if setting.choices and value not in setting.choices:
            raise Invalid(f"{setting.label} must be one of {', '.join(setting.choices)}.")
        values[setting.name] = value
    return values


def connection_to(source: Source) -> Connection:
    """Connect to ``source``. Runs inside the tenant; raises ``ConnectorError``."""
    connector = connector_named(source.connector)
    slug = Tenant.objects.get(pk=source.tenant_id).slug
    site = Site(tenant=slug, allowed=tuple(settings.CONNECTORS_ALLOWED.get(connector.name, ())))
    values = {**source.settings, **opened(source.secrets)}
    return connector.connect(values, site)


def explained(error: ConnectorError) -> LecternError:
    """``error`` as what jobs and pages tell."""
    kind = Invalid if error.permanent else Unavailable
    return kind(error.message, code="source")
