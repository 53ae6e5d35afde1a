"""A whole province on one machine: seeded content, three gates, simulated devices."""
