"""Settings of the controller: frozen, from environment variables GATECAST_*, every one documented in docs/reference."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError

from controller.errors import UnfitError
from schedules.model import Fact

PREFIX = "GATECAST_"


class BrokerSettings(Fact):
    """Where the MQTT broker is, and who we are there."""

    host: str = "127.0.0.1"
    port: int = Field(default=1883, ge=1, le=65535)
    username: str = "controller"
    password: SecretStr = SecretStr("")
    tls: bool = Field(default=False, description="encrypt, and check the broker's certificate")
    ca_file: Path | None = Field(default=None, description="whose certificates to trust; none: the system's")


class Settings(Fact):
    """Everything the controller is told from outside."""

    data: Path = Field(default=Path("var/controller"), description="folder of the database, the key and the media")
    database_url: str = Field(default="", description="SQLAlchemy URL; empty: gatecast.db in the data folder")
    gates_file: Path | None = Field(default=None, description="TOML list of the gates and their devices, read at start")
    voices_file: Path | None = Field(default=None, description="TOML list of the voices this site brings")
    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8080, ge=0, le=65535, description="port of the page and the API; 0: any free one")
    https: bool = Field(default=False, description="pages are reached over https: cookies say Secure")
    demo: bool = Field(default=False, description="demo accounts and marks on every page")
    argon2_memory_kib: int = Field(default=65536, ge=8, description="memory of one password check")
    argon2_rounds: int = Field(default=3, ge=1, description="passes of one password check")
    broker: BrokerSettings | None = Field(default=None, description="none: nothing is published, messages wait")

    @property
    def url(self) -> str:
        """The database's URL, whichever way it was given."""
        return self.database_url or f"sqlite:///{self.data / 'gatecast.db'}"


def _named(fields: Mapping[str, object], environ: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {name: environ[prefix + name.upper()] for name in fields if environ.get(prefix + name.upper())}


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Settings from GATECAST_DATA, GATECAST_PORT ... and GATECAST_BROKER_HOST ...; UnfitError names what is wrong."""
    known: dict[str, object] = dict(_named(Settings.model_fields, environ, PREFIX))
    known.pop("broker", None)
    broker = _named(BrokerSettings.model_fields, environ, PREFIX + "BROKER_")
    if broker:
        known["broker"] = broker
    try:
        return Settings.model_validate(known)
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False)[0]
        name = PREFIX + "_".join(str(part) for part in first["loc"]).upper()
        raise UnfitError("settings.invalid", f"the setting {name} cannot be used: {first['msg']}") from exc
