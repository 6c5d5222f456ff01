"""The corporate bank: companies and their users, accounts, consents, payments and funds, without any HTTP."""
