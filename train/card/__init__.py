"""The model card: its text, the pictures that it shows, and the file that nobody's own words are taken from."""
