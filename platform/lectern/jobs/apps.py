"""Django's entry to the jobs app."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "lectern.jobs"
    label = "jobs"
