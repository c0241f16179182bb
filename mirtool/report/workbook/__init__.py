"""Workbooks with several sheets."""
