"""The pages about people: signing in, users' own accounts, and what administrators manage."""
