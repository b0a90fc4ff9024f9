"""The API and its resources."""

from ninja import NinjaAPI

api = NinjaAPI(title="Lectern", version="1", urls_namespace="api")
