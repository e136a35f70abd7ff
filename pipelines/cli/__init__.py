"""The command line; each command's work is imported when the command is called."""
