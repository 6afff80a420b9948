"""Catalogues as files: CSV and XLSX read within bounds, and written so that a spreadsheet runs nothing of them."""
