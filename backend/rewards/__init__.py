"""What members have beside points: bonuses and cashback, coupons, entries into draws, gifts and cards of stamps."""
