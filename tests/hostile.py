"""Two hundred strings that somebody types into a form one day: honest ones that look odd, and others."""

from __future__ import annotations

HONEST = [
    "-20 % d'éclairage", "=même idée", "+1 pour le vélo", "@tous : jardin partagé", "100 % d'ici 2050 ?",
    "C'est \"la\" rue", "<3 le soleil", "Rue & place", "N'oubliez pas l'ÉTÉ", "été", "été", "Ⅷ toits",
    "ﬁn des chaudières", "🌞 soleil", "👨‍👩‍👧 familles", "Łódź–Loos", "日本語", "Ελλάδα", "Привет", "مرحبا", "שלום",
    "a\u0300 l'école", "10 kWh/m²", "50 €", "l'idée; la suite", "a,b", "tab\tdedans", "0", "-1", "1e3", "NULL",
    "None", "null", "undefined", "NaN", "Infinity", "true", "FALSE", "inf", "--", "---", "'", "''", '"', '""', "`",
    "``", "\\", "/", "?", "%", "%%", "%s", "%d", "%n", "%00", "{}", "{0}", "{title}", "{{ 7*7 }}", "${7*7}",
    "#{7*7}", "<%= 7*7 %>", "[link](x)", "*", "**", "_", "~", "|", "||", "&&", ";", "#", "# titre", "> citation",
    "$HOME", "$(id)", "`id`", "; ls", "| ls", "&& ls",
]  # fmt: skip
FORMULAS = [
    "=1+1", "=cmd|' /C calc'!A0", "+cmd|' /C calc'!A0", "-cmd|' /C calc'!A0", "@SUM(A1:A9)",
    "=HYPERLINK(\"http://x\")", " =1+1", "\u00a0=1+1", "＝1+1", "＋1", "－1", "＠SUM(1)", "\t=1+1", "x\n=1+1",
    "x\r\n@SUM(1)", "=IMPORTXML(1)", "%0A=1", "=2+5+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "\u200b=1+1",
    "\ufeff=1+1", "−1+2", "|calc", "=@1",
]  # fmt: skip
MARKUP = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>", "' onmouseover='x",
    "</title>", "<!--", "-->", "<![CDATA[", "javascript:alert(1)", "&lt;b&gt;", "&#0;", "<b>gras</b>",
    "<a href='x'>", "<iframe>", "<style>*{}</style>", "</textarea>", "<math><mi>", "<x:y/>", "<?php ?>",
    "<%@ page %>", "data:text/html,x", "x' OR '1'='1", "'; DROP TABLE fact; --", "1; DELETE FROM entry",
    "\" OR \"\"=\"", "admin'--", "1' UNION SELECT 1", "*/ x /*", "Robert'); DROP TABLE students;--", "x\\' OR 1",
    "LIKE '%'", "_%_", "0x41", "char(65)",
]  # fmt: skip
PATHS = [
    "../../etc/passwd", "..\\..\\windows", "/etc/passwd", "C:\\con", "con", "nul", "aux.txt", "file:///etc/passwd",
    "~/.ssh", "a/../b", "./x", "....//", "%2e%2e%2f", "..%c0%af", "\\\\server\\share", "x/", "/x", "a//b",
    ".hidden", "-rf", "--help", "--json", "FF-2026-001", "FF-2026-1", "FF-20260-001", "ff-2026-001", "person:0",
    "person:" + "g" * 16, "text:1", "1/1", "2026-02-30", "2026-13-01", "01/02/2026", "2026-1-1", "26-01-01",
    "+2026-01-01", "2026-01-01T00:00", "1,234.5", "1 234", "1e400", "-0", "٣", "１２", "0x10", "1_000", "½", "∞",
]  # fmt: skip
CONTROL = ["nul\0", "\x1b[31mrouge", "\x07", "a\x00b", "\x08", "\x7f", "\x9b", "\ud800", "\ue000", "bell\x07 dedans"]
EMPTY = ["", " ", "\t", "\n", "\u00a0", "\u200b", "\u202e", "\ufeff", "  \u200b ", "\u3000"]
LONG = ["x" * 301, "é" * 301, "🌞" * 301, "e\u0301" * 301]

HOSTILE = [*HONEST, *FORMULAS, *MARKUP, *PATHS, *CONTROL, *EMPTY, *LONG]
assert len(HOSTILE) >= 200, len(HOSTILE)
