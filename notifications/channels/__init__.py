"""The channels, one file each, named `<kind>_<provider>`; none knows another."""
