"""Reads fiscal receipts: the code on the slip, offline, and what the tax authority answers about it.

A library without a database, a web framework or a clock: give it text, bytes and answers, and it gives values or one
of the errors in `receipt_parsers.errors`.
"""
