"""How good a model is: answers with true colors, what it is compared with, and the tables and sheets that show it."""
