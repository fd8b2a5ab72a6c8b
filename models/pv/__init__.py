"""Photovoltaics: from the sun to what a roof should give."""
