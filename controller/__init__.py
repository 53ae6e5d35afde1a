"""The centre's side: content, approvals, plans, alerts, records and the console."""
