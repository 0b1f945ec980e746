"""What a run says of itself: one person's timeline, reasons, differences, provenance. All of it reads a run."""
