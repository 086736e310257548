"""The pages for people: plain functions that make HTML in a worker."""
