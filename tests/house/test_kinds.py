from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

import pytest

from synctui import connectors
from synctui.links import Kind, Options, TargetOptions


@pytest.mark.parametrize("name", connectors.MODULES)
def test_a_kind_calls_itself_as_the_table_does(name: str) -> None:
    kind = connectors.kind(name)
    assert isinstance(kind, Kind)
    assert kind.name == name


@pytest.mark.parametrize("name", connectors.MODULES)
def test_a_kinds_options_refuse_unknown_settings(name: str) -> None:
    kind = connectors.kind(name)
    for options in (kind.connection, kind.source, kind.target):
        assert options is None or (issubclass(options, Options) and options.__struct_config__.forbid_unknown_fields)
    assert kind.target is None or issubclass(kind.target, TargetOptions)


@pytest.mark.parametrize("name", connectors.MODULES)
def test_a_kind_has_a_setting_for_its_secret(name: str) -> None:
    kind = connectors.kind(name)
    assert kind.secret in kind.connection.__struct_fields__


def test_every_system_in_connectors_stands_in_the_table() -> None:
    modules = [import_module(f"synctui.connectors.{module.name}") for module in iter_modules(connectors.__path__)]
    declared = {module.__name__ for module in modules if isinstance(getattr(module, "KIND", None), Kind)}
    assert declared == set(connectors.MODULES.values())
