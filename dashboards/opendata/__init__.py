"""Data for everybody: tables with a schema, a licence and a date, frozen year by year.

schema    what the tables are: each column with its name, type, unit and meaning (Frictionless Table Schema)
tables    the tables themselves, out of the store and the town's files
package   a year as files: CSV, Parquet, schemas, datapackage, checksums
frozen    years that were frozen stay as they are; a correction is a revision beside them

A column that is not in the schema cannot leave: the tables are built from it. No delivery point, no person, no address.
"""
