"""Devices made of code, decoding with their own eyes."""
