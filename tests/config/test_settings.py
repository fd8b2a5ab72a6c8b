from pathlib import Path

import pytest

from config import ConfigError, Fault, Settings
from config.settings import VARIABLES

SECRETS = [name for name in VARIABLES if name.endswith("_FILE")]


def faults_of(**env: str) -> list[Fault]:
    with pytest.raises(ConfigError) as caught:
        Settings.from_environment(env)
    return caught.value.faults


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text("s3cret==\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def email_file(tmp_path: Path) -> Path:
    path = tmp_path / "email"
    path.write_text("solaire@loos.example\n")
    path.chmod(0o600)
    return path


def test_an_empty_environment_gives_the_defaults():
    assert Settings.from_environment({}) == Settings(Path("data"), "sqlite:///data/store.db")


def test_an_empty_variable_counts_as_not_set():
    assert Settings.from_environment(dict.fromkeys(VARIABLES, "")) == Settings.from_environment({})


def test_the_embedded_store_stands_in_the_data_folder():
    assert Settings.from_environment({"TEPOS_DATA": "/srv/tepos"}).store == "sqlite:////srv/tepos/store.db"


def test_a_data_folder_with_signs_of_an_address_in_its_name_is_quoted():
    assert Settings.from_environment({"TEPOS_DATA": "/srv/50 %?"}).store == "sqlite:////srv/50%20%25%3F/store.db"


def test_every_variable_is_read(token_file, email_file):
    settings = Settings.from_environment(
        {
            "TEPOS_DATA": "d",
            "TEPOS_STORE": "influxdb://[::1]:8086?org=town&bucket=pv",
            "TEPOS_TOWN": "towns/x",
            "TEPOS_INFLUX_TOKEN_FILE": str(token_file),
            "TEPOS_SPOOL_MAX_MIB": "2",
            "TEPOS_RAW_DAYS": "90",
            "TEPOS_LANG": "EN",
            "TEPOS_LOG_LEVEL": "WARNING",
            "TEPOS_METEO_FRANCE_KEY_FILE": str(token_file),
            "TEPOS_CAMS_EMAIL_FILE": str(email_file),
            "TEPOS_OPEN_METEO_KEY_FILE": str(token_file),
            "TEPOS_SMTP_PASSWORD_FILE": str(token_file),
            "TEPOS_HEARTBEAT_URL_FILE": str(token_file),
            "TEPOS_PUBLIC_URL": "https://solaire.example",
        }
    )
    store = "influxdb://[::1]:8086?org=town&bucket=pv"
    keys = ("meteo_france_key", "open_meteo_key", "smtp_password", "heartbeat_url")
    wanted = {"public_url": "https://solaire.example", "cams_email": "solaire@loos.example", "language": "en"}
    secrets = dict.fromkeys(keys, "s3cret==")
    given = (Path("d"), store, Path("towns/x"), "s3cret==", 2 * 2**20, 90)
    assert settings == Settings(*given, log_level="warning", **wanted, **secrets)


@pytest.mark.parametrize("name", SECRETS)
def test_no_secret_shows_when_settings_are_printed(email_file, name):
    settings = Settings.from_environment({name: str(email_file)})
    assert "solaire" not in f"{settings!r} {settings}"


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_in_the_environment_is_refused_and_not_repeated(name):
    (fault,) = faults_of(**{name.removesuffix("_FILE"): "s3cret"})
    assert (fault.key, name in fault.remedy) == (name.removesuffix("_FILE"), True)
    assert "s3cret" not in str(fault)


@pytest.mark.parametrize("name", SECRETS)
def test_a_file_of_a_secret_that_others_can_read_is_refused(email_file, name):
    email_file.chmod(0o644)
    (fault,) = faults_of(**{name: str(email_file)})
    assert (fault.key, fault.remedy) == (name, f"chmod 600 {email_file}")


@pytest.mark.parametrize("content", ["solaire", "@loos.example", "solaire@"])
def test_a_file_that_holds_no_e_mail_address_is_refused_and_not_repeated(email_file, content):
    email_file.write_text(content)
    (fault,) = faults_of(TEPOS_CAMS_EMAIL_FILE=str(email_file))
    assert "no e-mail address" in fault.what
    assert content not in f"{fault.what} {fault.remedy}".replace(str(email_file), "")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601])
def test_a_token_file_that_others_can_read_is_refused(token_file, mode):
    token_file.chmod(mode)
    (fault,) = faults_of(TEPOS_INFLUX_TOKEN_FILE=str(token_file))
    assert f"mode {mode:o}" in fault.what
    assert fault.remedy == f"chmod 600 {token_file}"


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "empty"), (b"\n", "empty"), (b"a\nb\n", "no token"), (b"a b\n", "no token"), ("clé".encode(), "no token"),
     (b"\x00\xff", "no token"), (b"a" * 20_000, "no token")],
)  # fmt: skip
def test_a_file_that_holds_no_token_is_refused(token_file, content, words):
    token_file.write_bytes(content)
    (fault,) = faults_of(TEPOS_INFLUX_TOKEN_FILE=str(token_file))
    assert words in fault.what


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_a_token_file_that_cannot_be_read_is_told(tmp_path, name):
    (fault,) = faults_of(TEPOS_INFLUX_TOKEN_FILE=str(tmp_path / name))
    assert "cannot be read" in fault.what


@pytest.mark.parametrize(
    "store",
    ["nonsense", "sqlite:", "sqlite:///", "sqlite://host/a.db", "mysql://host/db", "influxdb://", "influxdb://:8086",
     "influxdb://h:port", "influxdb://h:99999", "influxdb://[::1", "http://host:8086", "influxdb://h:0"],
)  # fmt: skip
def test_a_store_address_that_makes_no_sense_is_told(store):
    (fault,) = faults_of(TEPOS_STORE=store)
    assert (fault.file, fault.key) == ("environment", "TEPOS_STORE")
    assert "sqlite:///path/to/file.db" in fault.remedy


def test_a_secret_in_the_store_address_is_refused_and_not_repeated():
    (fault,) = faults_of(TEPOS_STORE="influxdb://me:s3cret@host:8086?bucket=pv")
    assert "secret" in fault.what
    assert "s3cret" not in str(fault)


@pytest.mark.parametrize("size", ["0", "-1", "1.5", "a lot", "1e3", "²", "٣", "9999999", " 5"])
def test_a_spool_size_that_is_no_size_is_told(size):
    (fault,) = faults_of(TEPOS_SPOOL_MAX_MIB=size)
    assert fault.key == "TEPOS_SPOOL_MAX_MIB"


def test_an_unknown_variable_is_told_with_the_nearest_known_one():
    (fault,) = faults_of(TEPOS_STOR="sqlite:///a.db")
    assert (fault.key, fault.remedy) == ("TEPOS_STOR", 'did you mean "TEPOS_STORE"?')


def test_the_variables_of_the_tests_and_of_other_programs_are_none_of_our_business():
    assert Settings.from_environment({"TEPOS_TEST_RECORD": "x", "TEPO": "y"}) == Settings.from_environment({})


def test_all_faults_of_the_environment_come_in_one_go():
    told = faults_of(TEPOS_LANG="de", TEPOS_LOG_LEVEL="loud", TEPOS_STORE="x", TEPOS_TWON="y", TEPOS_DATA=" ")
    assert {f.key for f in told} == {"TEPOS_LANG", "TEPOS_LOG_LEVEL", "TEPOS_STORE", "TEPOS_TWON", "TEPOS_DATA"}
