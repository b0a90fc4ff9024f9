"""The processes that do the long work: ingestion, training, evaluation."""
