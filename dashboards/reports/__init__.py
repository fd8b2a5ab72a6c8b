"""Reports on paper and in spreadsheets.

monthly    the figures of one month of the town and its roofs: plain data, for every form of the report
words      what statuses and bases are called in a report
page       the report as HTML, which becomes the PDF
pdf        HTML to tagged PDF (pdf/ua-1)
workbook   the report as XLSX, its texts never formulas
"""
