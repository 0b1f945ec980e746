"""Workforce and retirement-plan simulation, to the cent, with every event on a ledger."""
