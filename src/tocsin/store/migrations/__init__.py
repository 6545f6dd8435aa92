"""How the schema came to be, one step a file; applied when a workspace is opened."""
