"""What every slice stands on: database, jobs, errors, money, clock, ids, words. It knows no business noun."""
