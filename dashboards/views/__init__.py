"""Every figure that a screen shows, formed once, from what is handed down: store, ledger, town, and the time.

look        what a view may read, and when it looks
points      energy by quarter-hours and by days, gaps included
today       the one number of the public page
sites       each site with its two signs, communication and performance
plant       a site, its roofs and inverters, down to the inputs
production  plants over months and years, for the producer
coverage    what is known of the territory's electricity, and what is missing
town_map    the sites as points of a drawing
"""
