"""What a start does not wait for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from service.commands.parsing import JUDGEMENT_FORMATS
from training.reviews.exchange import FORMATS

UNNEEDED = {
    "service": ("sklearn", "spacy", "datasets", "torch", "alembic", "authlib", "cryptography.fernet", "babel", "fluent.runtime",
                "pyarrow.compute", "service.privacy.naming", "jinja2", "service.pages.application"),
    "parser": ("numpy", "sklearn", "datasets", "spacy", "lxml", "pyarrow", "sqlalchemy", "fastapi", "importlib.metadata",
               "http.client", "xml.sax"),
}  # fmt: skip


def imported(code: str) -> set[str]:
    """The modules that a fresh process has after some code."""
    told = f"{code}\nimport sys; print(' '.join(sys.modules))"
    return set(subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True).stdout.split())


def test_the_service_is_imported_without_what_few_need() -> None:
    found = imported("import service.engine, service.api.application")
    assert not found & set(UNNEEDED["service"])


def test_the_parser_is_built_without_what_commands_need() -> None:
    found = imported("from service.command_line import build_parser; build_parser()")
    assert not found & set(UNNEEDED["parser"])


def test_formats_of_judgements_are_those_there_are() -> None:
    assert list(JUDGEMENT_FORMATS) == sorted(FORMATS)


def test_the_version_is_told_when_asked() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "service.command_line", "--version"], check=True, capture_output=True, text=True
    ).stdout
    assert told.startswith("regelruimte ")


@pytest.mark.parametrize("first", ["import numpy", "import numpy.f2py", "pass"])
def test_what_is_put_off_loads_when_it_is_used(first: str) -> None:
    code = (
        f"{first}\nfrom service.lazily import put_off\nput_off('numpy.f2py', 'numpy.not_there', 'not_there', 'not.there')\n"
        "import scipy.sparse, numpy, sys\n"
        "early = 'numpy.f2py.crackfortran' in sys.modules\n"
        "assert callable(numpy.f2py.get_include) and numpy.f2py is sys.modules['numpy.f2py']\n"
        "print(early, 'numpy.f2py.crackfortran' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert done == [str(first == "import numpy.f2py"), "True"]
