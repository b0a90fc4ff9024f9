"""Django's entry to the documents app."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "lectern.documents"
    label = "documents"
