"""The work that is done period by period.

period     quarter-hours, days and months: their labels, and what --for means
job        what a job is
runner     closes what is due of a job: leases, order, done rows
late       what came in late opens its periods again
retention  the job that deletes raw samples whose periods are closed
registry   the jobs of a town
"""
