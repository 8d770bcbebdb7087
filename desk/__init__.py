"""The people's side, where support agents take over conversations. Its parts: docs/desk.md."""
