"""Reading documents, cleaning and cutting them, and storing what can be searched."""
