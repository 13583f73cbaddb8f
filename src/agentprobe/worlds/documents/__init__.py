"""Documents: replaced, described, grown and compared so that as many look alike as did."""
