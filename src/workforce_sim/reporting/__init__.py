"""Results for people and for other programs: pages to read, workbooks and tables."""
