"""People who work for a tenant: their accounts, their rights, how they sign in, and setting a tenant up with its first."""
