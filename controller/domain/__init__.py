"""Facts and rules of content, approvals, people and gates, pure."""
