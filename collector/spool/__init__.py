"""The durable queue between poller and store; collector.spool.queue is its face.

queue                     append, peek, settle: what others call
record                    a cycle as a compressed, CRC-checked blob
counters                  appended = sent + rejected + dropped + damaged + queued, and their copy beside the file
database, rows            transactions that change rows and counters together
file, check, salvage      making the file, judging it, saving what can be saved from a damaged one
status                    a look from another process
"""
