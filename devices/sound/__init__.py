"""The sound process: one always-open stream, clips placed by sample."""
