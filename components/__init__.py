"""What we add to Rasa itself: graph components and policies."""
