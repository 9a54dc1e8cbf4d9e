"""From any file to what the model sees: opening, paper, line extraction, ink, cells and panels."""
