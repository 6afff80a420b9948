"""The staff API: JSON over what the slices know, for whoever works for a tenant. It translates and decides nothing."""
