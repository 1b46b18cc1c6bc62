"""Where questions come from and answers go."""
