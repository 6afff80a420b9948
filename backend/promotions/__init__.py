"""The promotion engine: one pure function decides what every promotion gives for a basket, and explains itself.

No file, database or clock is touched: the time, the member's facts and the counters come with the basket, so the same
documents give the same outcome, byte for byte. `documents` reads, `engine` decides, `outcome` is written back.
"""
