"""Chatwoot as the desk: who waits is put there, and what its agents do comes back."""
