"""A playground tax authority: issues receipts that Serbia's SUF PURS could have issued, and answers for them.

It lets an installation be tried, demonstrated and tested without a purchase and without touching a real portal. Its
receipts carry the authority code `xx.playground`: only an installation that was told the playground's address
recognises them, and a production installation never is.

The encoder shares nothing with the readers of `receipt_parsers.authorities`, so that a mistake of one is not hidden by
the same mistake in the other. Shops, brands, tax numbers (9999...) and product numbers (the prefix 952 that GS1 keeps
for examples) are invented. Slips live in memory: after a restart the playground knows none of the former ones, and
draws new devices, so that its numbers never repeat.

Serve `receipt_parsers.playground.app:create_from_environment` (an ASGI factory) with `PARAGON_PLAYGROUND_URL` set to
the address under which others reach it. `GET /` lists what it answers.
"""
