"""The product: the business's nouns as slices in a layered order, their tables, jobs and command line."""
