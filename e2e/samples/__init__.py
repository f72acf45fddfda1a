"""The documentation's code samples: the table, the programs made of it, the printed ones."""
