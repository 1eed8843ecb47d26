"""The window above ours: filings go up to it as they came, its receipts come down, and both sides are held together."""
