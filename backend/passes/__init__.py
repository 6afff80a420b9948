"""The digital card: barcodes, passes for the wallets of phones, and the code by which a till knows the phone is there."""
