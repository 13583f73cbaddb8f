"""Values replaced so that what an agent meets stays: equal stays equal, near near, dirty dirty."""
