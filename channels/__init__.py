"""Channels: how customers reach the assistant, each on its provider's own library.

What every channel needs is here once: `normalise` (text from strangers), `inbox` (accepted
messages, kept and counted once), `dispatch` (acknowledge, then run), `sender` (replies in order,
retried, never raising into Rasa), `rate` (limits) and `metrics` (counters). A channel is a folder
beside them.
"""
