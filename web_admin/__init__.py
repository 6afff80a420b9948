"""The staff's pages. Until they exist, staff work with the command line."""
