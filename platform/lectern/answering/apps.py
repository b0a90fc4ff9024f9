"""Django's entry to the answering app."""

from django.apps import AppConfig


class AnsweringConfig(AppConfig):
    name = "lectern.answering"
    label = "answering"

    def ready(self) -> None:
        from lectern.answering import golden_runs, tombstones

        tombstones.connect()
        golden_runs.connect()
