"""Files to articles to passages to hits."""
