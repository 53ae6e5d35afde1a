"""Tables from plans and play records."""
