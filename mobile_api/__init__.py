"""The members' JSON API: it translates between HTTP and the slices of `backend`, and decides nothing."""
