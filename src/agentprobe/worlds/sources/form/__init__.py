"""How what sources hold becomes rows in Arrow: addresses, files, text of any encoding, types."""
