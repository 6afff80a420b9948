"""Reads the receipts of TaxCore, the fiscal system by Data Tech International that several countries run.

A country binds it with its host, currency, time zone and words; see `receipt_parsers.taxcore.system`.
"""
