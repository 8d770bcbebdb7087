"""The wall to other systems: a Protocol and a REST client for each, and the demo shop.

Nothing here knows of Rasa. `backends/openapi.yaml` is the contract that a shop serves.
"""
