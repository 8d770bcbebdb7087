"""The Telegram channel. Import its parts: `channels.telegram.render` needs no Rasa."""
