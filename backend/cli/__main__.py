"""Lets `python -m backend.cli` be the command `paragon`."""

from backend.cli import main

main()
