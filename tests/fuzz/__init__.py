"""Conversations at random against a failing shop: nothing without a yes, nothing twice, no leak."""
