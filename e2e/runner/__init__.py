"""How `run.py` runs the tests: what is run together, by whom, and that nobody is left behind."""
