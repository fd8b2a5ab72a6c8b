"""Grafana: what it must find in InfluxDB (facts), its boards as JSON, and how they reach it (push, export)."""
