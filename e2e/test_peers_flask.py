"""A small Flask application of a customer, called from virtual and from real phones."""

import unittest

from stories import Stories


class FlaskApplication(Stories, unittest.TestCase):
    kind = "flask"
