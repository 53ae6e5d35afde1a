"""Calendars that libraries know, as drafts: public holidays, the moon, markets, the sun (decision 0020)."""
