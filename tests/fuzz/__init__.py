"""What reads foreign bytes, put to chance."""
