# ruff: noqa: E501 - lines as the publishers write them
"""Small open-data files in the dialects of their publishers; every figure is invented."""

from __future__ import annotations

from pathlib import Path

LOOS = "62528"
ORE_LABELS = (
    "OPERATEUR;FILIERE;Année;Code Commune;Nom Commune;Code EPCI;Nom EPCI;Code Département;CODE CATEGORIE CONSOMMATION;"
    "CODE GRAND SECTEUR;CODE SECTEUR NAF2;Nb sites;Conso totale (MWh);Conso moyenne (MWh);Nombre de mailles secretisées"
)
ORE_API = (
    "operateur,filiere,annee,code_commune,nom_commune,code_epci,nom_epci,code_departement,code_categorie_consommation,"
    "code_grand_secteur,code_secteur_naf2,nb_sites,conso_totale_mwh,conso_moyenne_mwh,nombre_de_mailles_secretisees"
)


def ore_rows(sep: str, decimal: str) -> list[str]:
    """Two communes, two carriers, a withheld cell, a code that stands in another column."""
    rows = [
        ("Enedis", "Electricité", "2023", LOOS, "Loos-en-Gohelle", "RES", "RESIDENTIEL", "", "2900", "14000.5", "0"),
        ("Enedis", "Electricité", "2023", LOOS, "Loos-en-Gohelle", "ENT", "TERTIAIRE", "47", "120", "5000.25", "2"),
        ("Enedis", "Electricité", "2023", LOOS, "Loos-en-Gohelle", "ENT", "INDUSTRIE", "22", "3", "", "0"),
        ("Autre", "Electricité", "2023", LOOS, "Loos-en-Gohelle", "ENT", "TERTIAIRE", "47", "12", "100", "0"),
        ("GRDF", "Gaz", "2023", LOOS, "Loos-en-Gohelle", "RES", "RESIDENTIEL", "", "2100", "24000", "0"),
        ("Enedis", "Electricité", "2022", LOOS, "Loos-en-Gohelle", "RES", "RESIDENTIEL", "", "2890", "14500", "0"),
        ("Enedis", "Electricité", "2023", "62498", "Lens", "RES", "RESIDENTIEL", "", LOOS, "60000", "0"),
    ]
    made = []
    for operator, filiere, year, code, name, category, sector, naf, sites, mwh, hidden in rows:
        energy = mwh.replace(".", decimal)
        energy = f'"{energy}"' if sep == decimal and energy else energy
        cells = [operator, filiere, year, code, name, "246200364", "CA de Lens-Liévin", "62", category, sector, naf,
                 sites, energy, "", hidden]  # fmt: skip
        made.append(sep.join(cells))
    return made


def ore(labels: bool = True) -> str:
    """ORE's file in one of its two dialects."""
    return "\r\n".join([ORE_LABELS, *ore_rows(";", ",")] if labels else [ORE_API, *ore_rows(",", ".")]) + "\r\n"


REGISTER_NEW = (
    "nominstallation;codeiris;codeinseecommune;commune;datemiseenservice_date;filiere;combustible;technologie;"
    "puismaxinstallee;nbinstallations;energieannuelleglissanteinjectee;energieannuelleglissanteproduite"
)
REGISTER_OLD = (
    "nomInstallation;codeIRIS;codeINSEECommune;commune;dateMiseEnService;filiere;combustible;technologie;"
    "puisMaxInstallee;nbInstallations;energieAnnuelleGlissanteInjectee;energieAnnuelleGlissanteProduite"
)
REGISTER_ROWS = [
    f"Confidentiel;625280101;{LOOS};Loos-en-Gohelle;2020-05-04;Solaire;;;72;1;70000.0;0.0",
    f"Agrégation des installations de moins de 36KW;625280101;{LOOS};Loos-en-Gohelle;2009-01-01;Solaire;;;300;80;190000;0",
    f"Base;625280102;{LOOS};Loos-en-Gohelle;2017-06-01;Solaire;;;80;1;60000;78000",
    f"Muet;625280102;{LOOS};Loos-en-Gohelle;2019-06-01;Solaire;;;100;1;0.0;0.0",
    f"Batterie;625280102;{LOOS};Loos-en-Gohelle;2022-06-01;Stockage non hydraulique;;;500;1;90000;0",
    "Confidentiel;624980101;62498;Lens;2015-05-04;Eolien;;;2000;1;4000000;4000000",
]


def register(old: bool = False) -> str:
    """The register in one of its two column styles."""
    return "\n".join([REGISTER_OLD if old else REGISTER_NEW, *REGISTER_ROWS]) + "\n"


PRODUCTION = (
    "annee;nom_commune;code_commune;domaine_de_tension;nb_sites_photovoltaique_enedis;"
    "energie_produite_annuelle_photovoltaique_enedis_mwh;nb_sites_eolien_enedis;"
    "energie_produite_annuelle_eolien_enedis_mwh\n"
    f"2022;Loos-en-Gohelle;{LOOS};BT <= 36 kVA;80;190.5;0;\n"
    f"2022;Loos-en-Gohelle;{LOOS};BT > 36 kVA;10;;0;\n"
    "2022;Lens;62498;BT <= 36 kVA;90;240;0;\n"
)

ECOMIX_HEAD = (
    "code_insee_region;libelle_region;nature;date;heure;date_heure;consommation;thermique;nucleaire;eolien;solaire;"
    "hydraulique;pompage;bioenergies;ech_physiques;tco_nucleaire;tch_nucleaire;column_30"
)
ECOMIX = "\n".join([
    ECOMIX_HEAD,
    "32;Hauts-de-France;Données définitives;2023-10-29;01:00;2023-10-28T23:00:00+00:00;5000;100;3000;800;0;0;;100;;60;95;",
    "32;Hauts-de-France;Données consolidées;2023-10-29;02:00;2023-10-29T00:00:00+00:00;4900;100;2900;ND;0;0;;100;;59;94;",
    "32;Hauts-de-France;Données définitives;2023-10-29;02:00;2023-10-29T00:00:00+00:00;4800;100;2900;700;0;0;;100;;59;94;",
    "32;Hauts-de-France;Données définitives;2023-10-29;02:00;2023-10-29T01:00:00+00:00;4700;100;2800;600;0;0;;100;;59;93;",
    "32;Hauts-de-France;Données définitives;2023-10-29;02:15;2023-10-29T01:15:00+00:00;;;;;;;;;;;;",
    "84;Auvergne-Rhône-Alpes;Données définitives;2023-10-29;02:00;2023-10-29T01:00:00+00:00;1;1;1;1;1;1;;1;;1;1;",
]) + "\n"  # fmt: skip

ABOUT = (
    "\ufeffIdentifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;Etape metier;"
    "Unite{pas}\n09876543210987;{kind};01/01/2024;02/01/2024;Energie active;{metier};Comptage Brut;{unit}{minutes}\n"
)


def curve(metier: str = "Consommation", minutes: str = "30") -> str:
    """A load curve of Enedis' customer space."""
    about = ABOUT.format(kind="Courbe de charge", metier=metier, unit="W", pas=";Pas en minutes", minutes=f";{minutes}")
    stamps = ["2024-01-01T00:30:00+01:00;2000", "2024-01-01T01:00:00+01:00;", "2024-01-01T01:30:00+01:00;1000"]
    return about + "Horodate;Valeur\n" + "\n".join(stamps) + "\n"


def index() -> str:
    """Daily readings with a change of meter."""
    about = ABOUT.format(kind="Index", metier="Consommation", unit="Wh", pas="", minutes="")
    head = "Horodate;Type de releve;" + ";".join(f"EAS F{n}" for n in range(1, 11)) + ";EAS T\n"
    blank = ";" * 10
    rows = [(1, "1000000"), (2, "1020000"), (3, ""), (4, "1050000"), (5, "500"), (6, "9500")]
    lines = [f"2024-01-0{day}T00:00:00+01:00;Arrêté quotidien{blank};{value}" for day, value in rows]
    return about + head + "\n".join(lines) + "\n"


DAILY = "Consommation quotidienne\nDate;Valeur (en Wh)\n2024-01-01;48000\n2024-01-02;\n2024-01-03;50000\n"
MONTHLY = "batiment;mois;energie;kwh;base\necole;2024-01;gaz;12000;PCS\necole;2024-02;gaz;;PCS\n"
STATION = "59343001"
DEGREE_DAYS = (
    "NUM_POSTE;NOM_USUEL;LAT;LON;ALTI;AAAAMMJJ;RR;TN;TX\n"
    f"{STATION};LILLE-LESQUIN;50.57;3.1;47;20240101;1.2;2.0;10.0\n"
    f"{STATION};LILLE-LESQUIN;50.57;3.1;47;20240102;0;;11.0\n"
    "62160001;ARRAS;50.3;2.8;70;20240101;1.2;1.0;9.0\n"
)


def written(folder: Path, text: str, name: str = "file.csv", encoding: str = "utf-8") -> Path:
    """The text as a file."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path
