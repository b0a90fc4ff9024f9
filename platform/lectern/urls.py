"""Where each address leads."""

from django.urls import include, path

from lectern.api.urls import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("account/", include("lectern.web.account")),
    path("", include("lectern.web.urls")),
]

handler400 = "lectern.web.errors.bad_request"
handler403 = "lectern.web.errors.forbidden"
handler404 = "lectern.web.errors.not_found"
handler429 = "lectern.web.errors.too_many_requests"
handler500 = "lectern.web.errors.server_error"
