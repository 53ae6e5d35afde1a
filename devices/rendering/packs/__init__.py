"""The committed glyph packs, their licences and sources, and nothing else."""
