"""Places outside Lectern that documents are fetched from, again and again."""
