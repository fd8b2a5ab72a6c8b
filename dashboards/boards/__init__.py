"""The boards of Grafana, built at development time; what is committed and shipped is their JSON in dashboards/grafana.

`python -m dashboards.boards` writes that JSON anew. Nothing here is imported at run time: the SDK is no dependency.
"""
