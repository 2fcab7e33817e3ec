"""Scan inside other frameworks: one file each, which alone imports it."""
