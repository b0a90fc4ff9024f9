"""Questions, and answers whose every sentence can be checked on a page."""
