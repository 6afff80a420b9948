"""The addresses of the members' API, one file for each noun."""
