"""Rooms that edit the conversation between agent and model: results struck, tools kept from being called."""
