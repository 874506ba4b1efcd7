"""A short scripts/soak."""

import random
import unittest

from soak.run import soak


class Soak(unittest.TestCase):
    def test_a_mixed_crowd(self):
        soak(20, str(random.randrange(1_000_000)), clients=30)
