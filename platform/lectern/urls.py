"""Where each address leads."""

from django.urls import include, path

from lectern.api.urls import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("account/", include("allauth.urls")),
    path("", include("lectern.web.urls")),
]
