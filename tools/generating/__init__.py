"""What is generated from the code: one module for each page, or for a few that are alike."""
