"""A question to an answer, and the channels it goes through."""
