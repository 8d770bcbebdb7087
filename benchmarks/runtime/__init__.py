"""Stock Rasa and Frontdesk side by side: speed, memory, and latency by the length of a session."""
