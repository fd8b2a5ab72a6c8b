"""The work that is done period by period.

period     quarter-hours, days and months: their labels, and what --for means
job        what a job is
runner     closes what is due of a job: leases, order, done rows
late       what came in late opens its periods again
closing    the two jobs that close the town's energy, quarters and days
readings   the readings that closing a stretch needs, as far as a silence reaches
town_days  days of the town for the diagnosis, read from the store
diagnosis  the job that looks at each day for causes, and the look at today in between
alerts     the job that makes alerts of findings, and how they stand in the ledger
works      works and interventions in the ledger
notify     the job that tells people
heartbeat  the address that is called after each good cycle
imports    production from before tepos in the rows that nobody measured
weather    the job that fetches what the weather was
outside    where that weather is kept, and whom it is asked of: never a service for simulated data
metadata   the job that holds capacity, orientation and clock of each inverter against its data
checker    how one inverter is checked
answers    what people have confirmed
learnt     what the models know at an instant
opendata   the job that freezes the open data of a year
reports    the job that makes the monthly report
retention  the job that deletes raw samples whose periods are closed
registry   the jobs of a town
"""
