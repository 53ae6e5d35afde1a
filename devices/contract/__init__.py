"""The wire: topics, messages and seals, pure."""
