"""Django's entry to the sources app."""

from django.apps import AppConfig


class SourcesConfig(AppConfig):
    name = "lectern.sources"
    label = "sources"
