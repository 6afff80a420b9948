"""What brand managers run: a period and the promotions that hold in it."""
