"""What shop software lacks, and Frontdesk needs: one set of clients for every connector.

A connector is a `Platform`: how one shop software is asked for orders and customers. Everything
else is here and the same for all: proofs and their limits, one-time codes by e-mail, changes that
happen once and can be looked up, tickets.
"""
