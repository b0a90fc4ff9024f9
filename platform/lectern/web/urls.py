"""The address of each page."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
