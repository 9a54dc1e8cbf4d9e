"""The `guiding-painter` command."""
