"""The Slack channel. Import its parts: `channels.slack.render` needs neither Rasa nor the SDK."""
