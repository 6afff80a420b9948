"""Sends rendered messages over channels; a library that knows no member, no tenant and no database."""
