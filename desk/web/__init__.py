"""The desk's HTTP surface: pages for people, and a small API for the action server."""
