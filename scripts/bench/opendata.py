"""tepos bench import: how fast files of a whole country pass, dialect by dialect. The figures in them are invented."""

from __future__ import annotations

import csv
import tempfile
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter

from collector.opendata.dataset import Wanted
from collector.opendata.kept import Territory
from scripts.bench import Figure

INSEE = "62528"
NOW = 1_780_000_000_000
COMMUNES = 35_000
"""Of a country: one line in so many is about the commune."""
ORE_LABELS = (
    "OPERATEUR;FILIERE;Année;Code Commune;Nom Commune;Code EPCI;Nom EPCI;CODE GRAND SECTEUR;Nb sites;"
    "Conso totale (MWh);Conso moyenne (MWh);Nombre de mailles secretisées"
)
ORE_API = (
    "operateur,filiere,annee,code_commune,nom_commune,code_epci,nom_epci,code_grand_secteur,nb_sites,conso_totale_mwh,"
    "conso_moyenne_mwh,nombre_de_mailles_secretisees"
)
REGISTER = (
    "nominstallation;codeiris;codeinseecommune;commune;datemiseenservice_date;filiere;technologie;puismaxinstallee;"
    "nbinstallations;energieannuelleglissanteinjectee;energieannuelleglissanteproduite"
)
OLD = (
    "nomInstallation;codeIRIS;codeINSEECommune;commune;dateMiseEnService;filiere;technologie;puisMaxInstallee;"
    "nbInstallations;energieAnnuelleGlissanteInjectee;energieAnnuelleGlissanteProduite"
)
PRODUCTION = (
    "annee;nom_commune;code_commune;domaine_de_tension;nb_sites_photovoltaique_enedis;"
    "energie_produite_annuelle_photovoltaique_enedis_mwh"
)
ECOMIX = (
    "code_insee_region;libelle_region;nature;date;heure;date_heure;consommation;thermique;nucleaire;eolien;solaire;"
    "hydraulique;pompage;bioenergies;ech_physiques;stockage_batterie;destockage_batterie;eolien_terrestre;"
    "tco_thermique;tch_thermique;tco_nucleaire;tch_nucleaire;tco_eolien;tch_eolien;tco_solaire;tch_solaire;"
    "tco_hydraulique;tch_hydraulique;tco_bioenergies;tch_bioenergies;column_30"
)
REGIONS = (
    "Auvergne-Rhône-Alpes;84", "Bourgogne-Franche-Comté;27", "Bretagne;53", "Centre-Val de Loire;24", "Grand Est;44",
    "Hauts-de-France;32", "Ile-de-France;11", "Normandie;28", "Nouvelle-Aquitaine;75", "Occitanie;76",
    "Pays de la Loire;52", "Provence-Alpes-Côte d'Azur;93",
)  # fmt: skip


def run(megabytes: int = 100) -> Iterator[Figure]:
    """Each dialect as a file of so many megabytes, imported durably, beside a bare pass through the csv module."""
    wanted = Wanted(INSEE, edition=date(2025, 12, 31))
    with tempfile.TemporaryDirectory() as folder:
        for name, head, delimiter in (
            ("ore-labels", ORE_LABELS, ";"), ("ore-api", ORE_API, ","), ("register", REGISTER, ";"),
            ("register-old", OLD, ";"), ("enedis-production", PRODUCTION, ";"), ("eco2mix", ECOMIX, ";"),
        ):  # fmt: skip
            file = Path(folder) / f"{name}.csv"
            _write(file, name, head, megabytes)
            size = file.stat().st_size / 1e6
            before = perf_counter()
            with Territory(Path(folder) / f"{name}.db") as kept:
                batch, _seen = kept.add(file, wanted, NOW)
            ours = perf_counter() - before
            bare = _pass(file, delimiter)
            peak = _memory(file, wanted)
            yield Figure(
                f"import.mb_per_s.{name}", round(size / ours, 1), "MB/s", round(size / bare, 1),
                f"{size:.0f} MB, {batch.rows} rows kept, {peak:.1f} MB of memory at the most in Python; "
                "baseline: csv.reader passing over the file",
            )  # fmt: skip
            file.unlink()


def _write(file: Path, name: str, head: str, megabytes: int) -> None:
    """Blocks of lines of a country, the commune once in each; written block by block."""
    with file.open("wb") as out:
        out.write(head.encode() + b"\n")
        first = 0
        while out.tell() < megabytes * 1e6:
            block = "\n".join(_line(name, n) for n in range(first, first + COMMUNES)) + "\n"
            data = block.encode()
            first += COMMUNES if name == "eco2mix" else 0  # the same communes again, but other half-hours
            out.write(data)
            while name != "eco2mix" and out.tell() < megabytes * 1e6:
                out.write(data)


def _line(name: str, n: int) -> str:
    code = INSEE if n == COMMUNES // 2 else f"{(n % 95) + 1:02d}{n % 1000:03d}"
    code = "01001" if code == INSEE and n != COMMUNES // 2 else code
    energy = f"{(n * 37 % 90_000) + 0.5:.1f}"
    if name == "ore-labels":
        return f"Enedis;Electricité;2023;{code};Commune de {n};200000001;CC du Pays;RESIDENTIEL;{n % 3000};{energy};;0"
    if name == "ore-api":
        return f"Enedis,Electricité,2023,{code},Commune de {n},200000001,CC du Pays,RESIDENTIEL,{n % 3000},{energy},,0"
    if name.startswith("register"):
        made = f"{energy};0.0" if n % 3 else "0.0;0.0"
        return f"Confidentiel;{code}0101;{code};Commune de {n};2020-05-04;Solaire;;100;1;{made}"
    if name == "enedis-production":
        return f"2023;Commune de {n};{code};BT <= 36 kVA;{n % 50};{energy}"
    region, number = REGIONS[n % len(REGIONS)].split(";")
    at = datetime(2013, 1, 1, tzinfo=UTC) + n // len(REGIONS) % 220_000 * timedelta(minutes=30)
    powers = "5000;300;3000;800;100;10;;60;-1500;;;;6.1;20.5;61.2;95.1;16.3;34.8;2.1;14.9;0.2;1.1;1.2;31.0;"
    return f"{number};{region};Données définitives;{at:%Y-%m-%d;%H:%M};{at.isoformat()};{powers}"


def _pass(file: Path, delimiter: str) -> float:
    before = perf_counter()
    with file.open(encoding="utf-8", newline="") as text:
        for _row in csv.reader(text, delimiter=delimiter):
            pass
    return perf_counter() - before


def _memory(file: Path, wanted: Wanted) -> float:
    """The most that Python held at once while it read, MB: the same for a file of any size."""
    tracemalloc.start()
    with Territory(None) as kept:
        kept.add(file, wanted, NOW)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6
