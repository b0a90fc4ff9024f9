"""Which of allauth's pages exist here, named one by one.

Not among them are those with which a person gives themselves an e-mail address or an account:
an address that nobody verified would let a member of one tenant be taken for a person whom
another tenant is about to invite. Nothing is sent either, so there is no reset by e-mail.
"""

from allauth.account.urls import urlpatterns as account_pages
from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

KEPT = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_reauthenticate",
    "account_change_password",
    "account_set_password",
}

urlpatterns: list[URLPattern | URLResolver] = [
    *(page for page in account_pages if page.name in KEPT),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
]
if settings.SOCIALACCOUNT_PROVIDERS:
    urlpatterns += [
        path("3rdparty/", include("allauth.socialaccount.urls")),
        path("", include("allauth.socialaccount.providers.openid_connect.urls")),
    ]
