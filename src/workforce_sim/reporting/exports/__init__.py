"""Results for other programs: a workbook for Excel, tables as CSV in dollars, tables as Parquet."""
