"""A small app as others may write one: a channel and a neighbour of its own (docs/extending.md)."""
