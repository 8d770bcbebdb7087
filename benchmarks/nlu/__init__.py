"""Measurements of understanding: ours against stock Rasa, and ours on real customers' words."""
