"""What may leave the firm: pseudonyms for ids, CSV that no spreadsheet runs, totals without small cells."""
