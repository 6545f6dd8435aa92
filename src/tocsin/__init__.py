"""Reports about armed conflict in, a defensible event dataset out."""
