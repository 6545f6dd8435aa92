"""What is measured on data that nobody here wrote; each file is a command."""
