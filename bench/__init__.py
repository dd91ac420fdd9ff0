"""Measurements of speed and size; nothing in the product imports them."""
