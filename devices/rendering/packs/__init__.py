"""The committed glyph packs with their licence and sources (README.md), and no code."""
