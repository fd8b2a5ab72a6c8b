"""The territory: how much energy it needs, what it makes itself, and who carries it."""
