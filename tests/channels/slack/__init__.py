"""The Slack channel, part by part."""
