"""The page: server-rendered, French first, readable without JavaScript, nothing fetched from elsewhere.

app         make_app: the whole of it on one town
served      what the page is made on: the town, its stores, the clock, who may look
answering   language, headers and size of each answer
memory      what was just computed
visitors    who asks, and what they may
pages       templates filled
drawing     charts as shapes: bars, lines, gaps
words       signs, statuses and causes in the reader's language
public      what everybody may read: home, kiosk, territory, panels, legal pages
operations  sites, roofs, inverters, alerts, for who repairs them
production  plants over months and years, for who owns them
registry    initiatives: the public list, an idea, its instruction
entrance    signing in and out
api         the same figures as JSON, with OpenAPI
open_data   the same figures as open data
health      is it well, for machines
"""
