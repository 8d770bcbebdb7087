"""How long a conversation designer waits: see README.md."""
