"""What a changed prompt does: two versions of it in copies of one project, on the same tasks and seeds."""
