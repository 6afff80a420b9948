"""The addresses of the staff API, one file for each noun."""
