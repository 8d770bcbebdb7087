"""Custom actions: read slots, call a backend, say something, set slots. No HTTP here."""
