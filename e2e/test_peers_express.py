"""A small Express application of a customer, called from virtual and from real phones."""

import unittest

from stories import Stories


class ExpressApplication(Stories, unittest.TestCase):
    kind = "express"
