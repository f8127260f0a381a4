import unittest

from words import longest


class Longest(unittest.TestCase):
    def test_longest(self):
        self.assertEqual(longest("a longer word"), "longer")


if __name__ == "__main__":
    unittest.main()
