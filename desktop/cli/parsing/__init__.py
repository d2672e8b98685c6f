"""The commands and their options as typer reads them; what a command does is in `commands/`."""
