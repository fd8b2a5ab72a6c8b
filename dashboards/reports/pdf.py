"""HTML to tagged PDF. WeasyPrint takes two seconds and 44 MB to import, and Pango from the system: here only, late.

As a program (``python -m dashboards.reports.pdf``) it reads HTML and writes PDF: a process that runs for months stays
small that way.
"""

from __future__ import annotations

import subprocess
import sys

VARIANT = "pdf/ua-1"
"""Tagged, with title and language: what a screen reader needs (ISO 14289-1)."""
UNAVAILABLE = 3
SECONDS = 300.0


class PdfUnavailable(RuntimeError):
    """WeasyPrint, or the system library that it draws with, is not installed."""


def pdf(html: str) -> bytes:
    """The page as PDF. PdfUnavailable where it cannot be made. Nothing is fetched: the page carries its pictures."""
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:
        raise PdfUnavailable(str(error)) from error
    made: bytes = HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=["data"])).write_pdf(pdf_variant=VARIANT)
    return made


def pdf_apart(html: str) -> bytes:
    """The same in a process of its own, that ends with it."""
    command = [sys.executable, "-m", "dashboards.reports.pdf"]
    done = subprocess.run(command, input=html.encode(), capture_output=True, timeout=SECONDS, check=False)  # noqa: S603
    if done.returncode:
        raise PdfUnavailable(done.stderr.decode(errors="replace").strip()[-500:])
    return done.stdout


def main() -> int:
    """HTML on stdin, PDF on stdout."""
    try:
        sys.stdout.buffer.write(pdf(sys.stdin.buffer.read().decode()))
    except PdfUnavailable as error:
        sys.stderr.write(str(error))
        return UNAVAILABLE
    return 0


if __name__ == "__main__":
    sys.exit(main())
