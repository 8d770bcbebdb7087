"""How fast the desk answers when many wait and many agents look."""
