"""Fixes: what mends a finding, written as the code around it is written."""
