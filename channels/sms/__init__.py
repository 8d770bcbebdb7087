"""Text messages, and WhatsApp, by Twilio."""
