"""Stress: many sessions of one agent at a time, and what their number does to them."""
