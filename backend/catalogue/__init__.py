"""What is sold: products with their numbers and names, and how receipt lines find them."""
