"""The registry of initiatives, "fifty-fifty": an idea and a commitment of inhabitants, an answer and means of the town.

- ``words``: states, actions, roles and the other words that facts and pages share
- ``fields``: what each action says, checked as it is typed
- ``rules``: which action leads from where to where, and whose it is
- ``initiative``: what is known of one
- ``fold``: an initiative as a fold over its deeds
- ``convention``: what both sides promise, and who has signed
- ``effect``: what an initiative is said to save or make
- ``counted``: what of it counts, once
- ``views``: what each reader sees; a public view cannot hold a private field
- ``exchange``: the schema `projets-transition-ecologique`, in and out
"""
