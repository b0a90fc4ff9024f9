"""Django's entry to the pages."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "lectern.web"
    label = "web"
