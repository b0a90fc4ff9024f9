"""Collections and their documents: upload, ingestion state, pages, chunks and search."""
