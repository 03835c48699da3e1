"""What the start can fail with: one kind, its text meant for the person at the terminal."""


class StartError(Exception):
    """Something that stops the start; the message says what and what to do about it."""
