"""The nouns as frozen values; standard library only, no input or output."""
