"""Whole commands draw coarse pictures here: the tests of figures, in tests/report, look at fine ones."""

from tests.small_study import coarse_pictures as coarse_pictures
