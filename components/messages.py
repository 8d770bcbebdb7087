"""What our components add to Rasa's messages for one another."""

# A message's text with its typos mended; absent when it has none. `text` stays as it was written.
CORRECTED_TEXT = "corrected_text"
# The article that answers the message, for the action server; absent when there is none.
KNOWLEDGE = "knowledge"
