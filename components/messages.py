"""What our components add to Rasa's messages for one another."""

# A message's text with its typos mended; absent when it has none. `text` stays as it was written.
CORRECTED_TEXT = "corrected_text"
