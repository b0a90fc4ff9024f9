"""What the log says of requests with the link of an invitation that is still valid."""

import io
import logging

from django.test import Client

from lectern.tenants.access import Role
from lectern.tenants.people import add_member


def test_the_secret_of_a_link_is_not_in_the_log(tenant):
    secret = add_member(tenant, email="ada@example.com", role=Role.READER).secret
    (handler,) = [each for each in logging.getLogger().handlers if each.name == "stderr"]
    written = io.StringIO()
    usual = handler.setStream(written)
    try:
        refused = Client().post(f"/invitations/{secret}", {"name": "Ada", "password": "short"})
    finally:
        handler.setStream(usual)

    assert refused.status_code == 422
    assert "/invitations/…" in written.getvalue()
    assert secret not in written.getvalue()
