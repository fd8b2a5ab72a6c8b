"""Who may look behind the public page, and who may act: local accounts, kept beside the data in accounts.db.

roles      what each role may read and do
passwords  scrypt, and nothing faster
database   the file accounts.db
people     accounts, sessions, tokens, the trail of what was done
attempts   how often a door was tried, and how long it stays shut
seals      marks that a form was ours
"""
