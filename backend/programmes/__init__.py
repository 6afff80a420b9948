"""Whose installation part it is: tenants, their programmes, partners and outlets."""
