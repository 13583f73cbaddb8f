"""The ambiguities that production has and fixtures lack, one file each; `planting` puts them into a world."""
