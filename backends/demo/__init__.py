"""The demo shop: a real HTTP server on SQLite that serves `backends/openapi.yaml`.

It stands in for a shop's own systems until a team connects its own. `python -m backends.demo`
starts it: the contract below `/api/v1`, a storefront with the chat at `/`, the e-mails and texts
that it "sent" at `/mailbox`, the tickets at `/tickets`.
"""
