"""Tenants, their people and keys, who may do what, and the fences between tenants."""
