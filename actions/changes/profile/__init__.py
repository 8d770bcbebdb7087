"""Changes to a customer's profile: consents, default address, contacts, sign-in, closing it."""
