"""Talking to models: what turns text into vectors, and where its weights come from."""
