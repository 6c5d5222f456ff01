"""The payment service user: its browser, the bank's pages, and the journey through them."""
