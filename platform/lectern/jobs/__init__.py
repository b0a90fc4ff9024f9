"""Long work: the row in Postgres is the truth, the broker only rings."""
