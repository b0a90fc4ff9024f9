"""Django's entry to the API."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "lectern.api"
    label = "api"
