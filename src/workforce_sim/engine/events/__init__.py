"""What happens in a plan year: one module per kind of event."""
