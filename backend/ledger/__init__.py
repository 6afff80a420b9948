"""Points as balanced transfers between accounts, posted by one SQL function and never changed afterwards."""
