"""What people are told of findings, and what they did about it: a fold over dated deeds. Pure.

severity   how urgent a cause is, whatever it costs
deed       what happened to an alert: the facts of its life
alert      one alert, and the fold of deeds into alerts
gate       which findings are worth an alert, and which hide behind others
decide     the deeds that the findings of an instant call for
service    how long alerts waited for an answer and for a repair
works      what people did or will do on site: outages, visits, parts replaced
"""
