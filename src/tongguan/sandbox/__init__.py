"""Invented companies, people, goods and filings, good and faulty, with the truth about each. Nothing here is real."""
