"""The connector for a bucket of S3, or of anything that speaks its protocol."""

from collections.abc import Mapping

from lectern.sdk.connectors import Connection, Connector, Setting, Site


def connect(settings: Mapping[str, str], site: Site) -> Connection:
    """The bucket that ``settings`` name, at an address that the operator allowed."""
    # Only here: it takes 20 MB, which a web process that never connects can do without.
    from lectern.sources import s3

    return s3.connect(settings, site)


BUCKET = Connector(
    name="s3",
    title="S3 bucket",
    connect=connect,
    settings=[
        Setting(
            name="endpoint",
            label="Address",
            help="Of the S3 server, as the operator allowed it: https://s3.example.com",
        ),
        Setting(name="region", label="Region", default="us-east-1"),
        Setting(name="bucket", label="Bucket"),
        Setting(
            name="prefix",
            label="Prefix",
            help="Only objects whose keys begin like this; empty for all.",
            required=False,
        ),
        Setting(name="access_key", label="Access key"),
        Setting(name="secret_key", label="Secret key", secret=True),
    ],
)
