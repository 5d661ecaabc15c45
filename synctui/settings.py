"""Settings: `synctui.toml`, secrets and folders."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

import msgspec
import platformdirs

from synctui import choices, formats
from synctui.errors import SettingsError
from synctui.links import ConnectionSettings, Endpoint, Kind, Link, Options
from synctui.records import ColumnType
from synctui.secret import Secret

FILE_NAME = "synctui.toml"
SECRET_FIELDS = frozenset({"password", "token", "apitoken", "get_apitoken", "meta_apitoken"})
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
T = TypeVar("T")
_SHEET_NAME = re.compile(r"[^\[\]:*?/\\']{1,31}")


@dataclass(frozen=True, slots=True)
class Settings:
    """What one settings file says."""

    path: Path
    connections: Mapping[str, ConnectionSettings]
    links: Mapping[str, Link]

    def link(self, name: str) -> Link:
        """A link by name. Raises SettingsError that names the nearest one."""
        return _look_up(self.links, name, "link", self.path)

    def connection(self, name: str) -> ConnectionSettings:
        """A connection by name. Raises SettingsError that names the nearest one."""
        return _look_up(self.connections, name, "connection", self.path)


def _look_up(table: Mapping[str, T], name: str, what: str, path: Path) -> T:
    if name in table:
        return table[name]
    raise SettingsError(f"{path.name} has no {what} named {name!r}.", _nearest(name, table) or f"Add [{what}s.{name}].")


def _nearest(name: str, known: Iterable[str]) -> str:
    found = get_close_matches(name, list(known), 1, 0.5)
    return f"The nearest is {found[0]!r}." if found else ""


# -- folders


def state_folder() -> Path:
    """Where journal, cache, call budget and logs live: SYNCTUI_HOME, else the user's state folder."""
    home = os.environ.get("SYNCTUI_HOME")
    return Path(home).expanduser() if home else platformdirs.user_state_path("synctui", appauthor=False)


def config_folder() -> Path:
    """The user's config folder."""
    return platformdirs.user_config_path("synctui", appauthor=False)


def find(given: str | None = None) -> Path:
    """The settings file: the one given, else SYNCTUI_CONFIG, the working folder, the user's config folder.

    Raises SettingsError when there is none.
    """
    named = given or os.environ.get("SYNCTUI_CONFIG")
    places = [Path(named).expanduser()] if named else [Path.cwd() / FILE_NAME, config_folder() / FILE_NAME]
    for place in places:
        if place.is_file():
            return place.resolve()
    where = " or ".join(str(place) for place in places)
    raise SettingsError(
        f"There is no settings file at {where}.", "Write one, or try `synctui practice`, which makes a ready one."
    )


# -- reading


def load(path: Path, kinds: Callable[[str], Kind], kind_names: Iterable[str]) -> Settings:
    """Read and check a settings file. Raises SettingsError that names the file, the key and the nearest known key."""
    return _Reader(path, kinds, tuple(kind_names)).read()


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.", "Check its name and rights.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path.name} is not UTF-8 text.", "Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path.name} is not valid TOML: {error}.", "Mend that line.") from None


class _Reader:
    def __init__(self, path: Path, kinds: Callable[[str], Kind], kind_names: tuple[str, ...]) -> None:
        self.path, self.kinds, self.kind_names = path, kinds, kind_names
        self.connections: dict[str, ConnectionSettings] = {}

    def read(self) -> Settings:
        document = _read_toml(self.path)
        self._known("", document, ("connections", "links"))
        for name, table in self._tables(document, "connections"):
            self.connections[name] = self._connection(name, table)
        links = {name: self._link(name, table) for name, table in self._tables(document, "links")}
        return Settings(self.path, self.connections, links)

    def _tables(self, document: dict[str, Any], section: str) -> list[tuple[str, dict[str, Any]]]:
        tables = document.get(section, {})
        if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
            raise self._error(section, f"is not a set of tables; write [{section}.NAME]")
        return list(tables.items())

    def _connection(self, name: str, table: dict[str, Any]) -> ConnectionSettings:
        where = f"connections.{name}"
        kind = self._kind(where, table)
        environment = table.get("environment", "")
        if not isinstance(environment, str):
            raise self._error(f"{where}.environment", "is not a text; put it in quotes")
        rest = {key: value for key, value in table.items() if key not in ("kind", "environment")}
        options = self._convert(where, rest, kind.connection, ("kind", "environment"))
        self._check_url(where, options)
        self._check_secrets(where, options, options)
        return ConnectionSettings(name, kind, options, environment)

    def _kind(self, where: str, table: dict[str, Any]) -> Kind:
        name = table.get("kind")
        if name in self.kind_names:
            return self.kinds(str(name))
        known = ", ".join(repr(kind) for kind in self.kind_names)
        raise self._error(
            f"{where}.kind", f"is {name!r}; it must be one of {known}" if name else f"is missing: {known}"
        )

    def _link(self, name: str, table: dict[str, Any]) -> Link:
        where = f"links.{name}"
        if not _SHEET_NAME.fullmatch(name):
            raise self._error(where, "cannot name a worksheet: at most 31 characters, none of [ ] : * ? / \\ '")
        self._known(where, table, ("key", "types", "source", "target"))
        source = self._endpoint(f"{where}.source", table.get("source"), "source")
        target = self._endpoint(f"{where}.target", table["target"], "target") if "target" in table else None
        return Link(name, self._key(where, table), source, target, self._types(where, table.get("types", {})))

    def _key(self, where: str, table: dict[str, Any]) -> tuple[str, ...]:
        key = table.get("key")
        names = [key] if isinstance(key, str) else key
        if not isinstance(names, list) or not names or not all(isinstance(n, str) and n for n in names):
            raise self._error(f"{where}.key", "must be a column's name, or a list of names")
        return tuple(names)

    def _types(self, where: str, types: Any) -> dict[str, ColumnType]:
        try:
            return msgspec.convert(types, dict[str, ColumnType])
        except msgspec.ValidationError:
            known = ", ".join(ColumnType)
            raise self._error(f"{where}.types", f"must give a type to each column: {known}") from None

    def _endpoint(self, where: str, table: Any, side: str) -> Endpoint:
        if not isinstance(table, dict):
            raise self._error(where, "is missing" if table is None else "is not a table")
        name = table.get("connection")
        if name not in self.connections:
            hint = _nearest(str(name), self.connections) or "Name one of [connections]."
            raise self._error(f"{where}.connection", f"is {name!r}, which is not there", hint)
        connection = self.connections[name]
        options_type = getattr(connection.kind, side)
        if options_type is None:
            raise self._error(where, f"a connection of kind {connection.kind.name!r} cannot be a {side}")
        rest = {key: value for key, value in table.items() if key != "connection"}
        options = self._convert(where, rest, options_type, ("connection",))
        self._check_secrets(where, options, connection.options)
        self._check_variables(where, getattr(options, "variables", {}))
        self._check_formats(where, getattr(options, "formats", {}))
        self._check_options(where, getattr(options, "options", {}))
        return Endpoint(connection, options)

    def _convert(self, where: str, table: dict[str, Any], type_: type[Options], also: tuple[str, ...]) -> Any:
        self._known(where, table, (*type_.__struct_encode_fields__, *also))
        try:
            return msgspec.convert(table, type_)
        except msgspec.ValidationError as error:
            what, _, place = str(error).partition(" - at `$")
            raise self._misfit(where, what, place.rstrip("`"), type_) from None

    def _misfit(self, where: str, what: str, place: str, type_: type[Options]) -> SettingsError:
        """A setting of the wrong kind, in words: msgspec tells what is wrong and at which place below `where`."""
        start, value = what.split(" ")[:2], what.rpartition(" value ")[2]
        if start == ["Invalid", "enum"]:
            return self._error(where + place, f"cannot be {value}", _allowed(type_, place))
        if start == ["Object", "missing"]:
            return self._error(f"{where}{place}.{what.split('`')[1]}", "is missing", "Add it.")
        return self._error(where + place, f"does not fit: {what[0].lower()}{what[1:]}")

    def _known(self, where: str, table: dict[str, Any], known: Iterable[str]) -> None:
        for key in table:
            if key not in known:
                dotted = f"{where}.{key}" if where else key
                hint = _nearest(key, known) or f"Known here: {', '.join(sorted(known))}."
                raise self._error(dotted, "is not a known setting", hint)

    def _check_url(self, where: str, options: Any) -> None:
        url = getattr(options, "url", "")
        if not url:
            return
        parts = urlsplit(url if "://" in url else f"https://{url}")
        if not parts.hostname or parts.query or parts.username:
            raise self._error(f"{where}.url", "is not a plain https address")
        if parts.scheme != "https" and not is_loopback(url):
            raise self._error(f"{where}.url", "must begin with https://", "Plain http is for this computer only.")

    def _check_secrets(self, where: str, options: Any, connection: Any) -> None:
        for name in SECRET_FIELDS.intersection(options.__struct_fields__):
            value = getattr(options, name)
            if value and not value.startswith(("env:", "keyring:")) and not is_loopback(getattr(connection, "url", "")):
                hint = 'Put it into an environment variable and write "env:NAME", or into the keyring: "keyring:NAME".'
                raise self._error(f"{where}.{name}", "holds a secret written out", hint)

    def _check_variables(self, where: str, variables: Mapping[str, str]) -> None:
        for name in variables:
            if not name.startswith("GBL_"):
                raise self._error(f"{where}.variables.{name}", "must begin with GBL_")

    def _check_formats(self, where: str, patterns: Mapping[str, str]) -> None:
        for name, pattern in patterns.items():
            if formats.problem(pattern):
                raise self._error(f"{where}.formats.{name}", f"does not fit: {formats.problem(pattern)}")

    def _check_options(self, where: str, tables: Mapping[str, str]) -> None:
        for name, text in tables.items():
            try:
                choices.parse(text)
            except ValueError as error:
                raise self._error(f"{where}.options.{name}", str(error)) from None

    def _error(self, key: str, what: str, hint: str = "") -> SettingsError:
        return SettingsError(f"{self.path.name}: {key} {what}.", hint)


def _allowed(type_: Any, place: str) -> str:
    """The choices of the setting at a place such as `.criteria[0].operator`, as a sentence."""
    for name in re.findall("[a-z_]+", place):
        hints = [get_type_hints(struct) for struct in _structs(type_)]
        type_ = next((hint[name] for hint in hints if name in hint), type_)
    return f"It must be one of {', '.join(dict.fromkeys(map(repr, _literals(type_))))}."


def _structs(type_: Any) -> list[Any]:
    if hasattr(type_, "__struct_fields__"):
        return [type_]
    return [struct for part in get_args(type_) for struct in _structs(part)]


def _literals(type_: Any) -> list[Any]:
    if get_origin(type_) is Literal:
        return list(get_args(type_))
    return [value for part in get_args(type_) for value in _literals(part)]


def is_loopback(url: str) -> bool:
    """Whether an address is this computer's own."""
    return (urlsplit(url if "://" in url else f"//{url}").hostname or "") in LOOPBACK


# -- secrets


def find_secret(setting: str, keyring: Callable[[str], str | None]) -> Secret:
    """The secret that `env:NAME`, `keyring:NAME` or (on loopback) the text itself stands for. Raises SettingsError."""
    scheme, _, name = setting.partition(":")
    if scheme == "env":
        value = os.environ.get(name)
        if not value:
            raise SettingsError(f"The environment variable {name} is not set.", f"Set {name} and try again.")
        return Secret(value)
    if scheme == "keyring":
        value = keyring(name)
        if not value:
            hint = f"Store it with: keyring set synctui {name}"
            raise SettingsError(f"The keyring holds no secret named {name!r}.", hint)
        return Secret(value)
    return Secret(setting)


def connection_secret(settings: ConnectionSettings, keyring: Callable[[str], str | None]) -> Secret:
    """A connection's password or token: its setting, else its environment variable, else the OS keyring.

    Raises SettingsError that names all three places.
    """
    field = settings.kind.secret
    setting = getattr(settings.options, field, "")
    if setting:
        return find_secret(setting, keyring)
    variable, entry = secret_names(settings)
    value = os.environ.get(variable) or keyring(entry)
    if not value:
        hint = f"Set {variable}, or store it with: keyring set synctui {entry}"
        raise SettingsError(f"There is no {field} for the connection {settings.name!r}.", hint)
    return Secret(value)


def secret_names(settings: ConnectionSettings) -> tuple[str, str]:
    """The environment variable and the entry of the keyring that hold a connection's secret without a setting."""
    field = settings.kind.secret
    variable = f"SYNCTUI_{re.sub('[^A-Z0-9]', '_', settings.name.upper())}_{field.upper()}"
    return variable, f"{settings.name}/{field}"
