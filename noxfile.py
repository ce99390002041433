# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gates that a change passes, one nox session each. `make test` runs them all; `make help` names the groups."""

from __future__ import annotations

import os
import shutil
import sys
from importlib import import_module
from pathlib import Path

import nox

ROOT = Path(__file__).parent
BUILD = ROOT / "build"
REPORTS = BUILD / "reports"
LOCKED = ROOT / "tests" / "requirements" / "locked"


def search_path() -> str:
    """Return PATH with this environment's tools first and every Python that pyenv keeps last.

    pyenv's own shims are left out: they exist for each Python, but answer only for the selected one.
    """
    pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    kept = [folder for folder in os.environ["PATH"].split(os.pathsep) if folder != str(pyenv / "shims")]
    return os.pathsep.join([str(Path(sys.executable).parent), *kept, *map(str, sorted(pyenv.glob("versions/3.*/bin")))])


os.environ["PATH"] = search_path()
sys.path.insert(0, str(ROOT))
environment = import_module("tests.tools.environment")
environment.forget(environment.SETTINGS)  # not the way to the package index

# The oldest and the newest ansible-core that the collection supports, each on a Python that its controller runs on.
CORES = nox.parametrize(
    ("python", "core"),
    [
        nox.param("3.11", "oldest", id="oldest"),
        nox.param(
            next(filter(shutil.which, ["python3.13", "python3.14", "python3.12"]), "3.13"), "newest", id="newest"
        ),
    ],
)

nox.options.reuse_venv = "yes"
nox.options.default_venv_backend = "venv"
nox.options.error_on_missing_interpreters = False  # also where CI is set: what is missing is skipped and named


def in_development(name: str):
    """Return the decorator of a session that runs in the environment nox itself runs in, under the tag `name`."""
    return nox.session(venv_backend="none", tags=[name])


def report(session: nox.Session) -> Path:
    """Return the empty folder for the JUnit reports of `session`."""
    folder = REPORTS / session.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def collection_in(session: nox.Session, home: Path) -> Path:
    """Copy the checkout into `home`, under the name that Ansible looks for, and return the copy's folder."""
    collection = home / "ansible_collections" / "huaweicloud" / "dbops"
    session.run("python", "-m", "tests.tools.checkout", str(collection))
    return collection


def install(session: nox.Session, *locks: str) -> None:
    """Install what `locks` name, each file only when it is the one that was locked."""
    session.install("--require-hashes", *(f"--requirement={LOCKED / lock}.txt" for lock in locks))


def pytest(session: nox.Session, *arguments: str, python: str = "python", **variables: str) -> None:
    """Run pytest with `arguments`, and what follows `--` on nox's command line, and report what it ran."""
    junit = f"--junitxml={report(session)}/pytest.xml"
    session.run(python, "-m", "pytest", junit, *arguments, *session.posargs, env=variables, external=True)


@in_development("lint")
def style(session: nox.Session) -> None:
    """Lint and formatting of Python and YAML."""
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("yamllint", "--strict", ".")


@in_development("lint")
def types(session: nox.Session) -> None:
    """Types of the plugins and of the embedded cloud."""
    session.run("mypy", "--package", "ansible_collections.huaweicloud.dbops.plugins")
    session.run("mypy", "--package", "tests.emulator")


@in_development("lint")
def roles(session: nox.Session) -> None:
    """Roles, playbooks and metadata, by the strictest profile of ansible-lint."""
    session.chdir(collection_in(session, BUILD / "lint"))
    session.run("ansible-lint", "--strict", "--nocolor", env={"ANSIBLE_COLLECTIONS_PATH": str(BUILD / "lint")})


@in_development("lint")
def licences(session: nox.Session) -> None:
    """A licence and a copyright for each file."""
    session.run("reuse", "lint", "--quiet")


@nox.session(tags=["lint"])
def importer(session: nox.Session) -> None:
    """galaxy-importer, which Galaxy runs on an artifact, without a warning."""
    install(session, "importer")
    session.run("python", "-m", "tests.tools.importer")


@in_development("docs")
def docs(session: nox.Session) -> None:
    """Documentation of the plugins, and the changelog."""
    own = ["--validate-collection-refs", "self"]
    session.run("antsibull-docs", "lint-collection-docs", "--plugin-docs", *own, "--skip-rstcheck", ".")
    session.run("antsibull-changelog", "lint")


@in_development("site")
def site(session: nox.Session) -> None:
    """The documentation as a site."""
    session.run("python", "-m", "tests.tools.site")


@in_development("docs")
def examples(session: nox.Session) -> None:
    """The examples of the documentation against the embedded cloud."""
    pytest(session, "tests/docs")


@in_development("unit")
def unit(session: nox.Session) -> None:
    """Unit tests of the plugins, with their coverage."""
    pytest(session, "--cov=plugins", "--ignore=tests/unit/emulator", "tests/unit")


@nox.session(venv_backend="none", default=False)
def mutation(session: nox.Session) -> None:
    """Break planning, client and signing in each way that mutmut knows, and see which breakages no test notices."""
    home = BUILD / "mutation"
    collection_in(session, home)
    shutil.copy(ROOT / "pyproject.toml", home)
    session.chdir(home)
    session.run("mutmut", "run", *session.posargs)
    session.run("mutmut", "results")


@in_development("unit")
def emulator(session: nox.Session) -> None:
    """Tests of the embedded cloud."""
    pytest(session, "tests/unit/emulator")


@in_development("awx")
def awx(session: nox.Session) -> None:
    """The files for AWX, and the playbooks as AWX runs them."""
    pytest(session, "tests/awx")


@in_development("faults")
def faults(session: nox.Session) -> None:
    """Modules against an embedded cloud that misbehaves."""
    pytest(session, "tests/faults")


@in_development("scale")
def scale(session: nox.Session) -> None:
    """What modules cost an embedded cloud that holds a lot: calls, calls at once, connections."""
    pytest(session, "tests/scale")


@nox.session(tags=["sanity"], allow_parallel=True)
@CORES
def sanity(session: nox.Session, core: str) -> None:
    """ansible-test sanity, all of it, with no exception granted."""
    install(session, f"core-{core}")
    collection = collection_in(session, BUILD / f"sanity-{core}")
    session.run("python", "-m", "tests.tools.pip_bootstrap")
    session.chdir(collection)
    try:
        session.run("ansible-test", "sanity", "--color", "no", "--truncate", "0", "--junit", *session.posargs)
    finally:
        shutil.copytree(collection / "tests" / "output" / "junit", report(session), dirs_exist_ok=True)


@nox.session(tags=["integration"], allow_parallel=True)
@CORES
def integration(session: nox.Session, core: str) -> None:
    """Playbooks against the embedded cloud, with the collection built and installed as a user would."""
    install(session, f"core-{core}", "integration")
    pytest(session, "tests/integration", EMULATOR_PYTHON=sys.executable)


@nox.session(python="3.8", tags=["integration"], allow_parallel=True)
def managed_node(session: nox.Session) -> None:
    """The same playbooks, with the modules run by the oldest Python that a managed node may have."""
    install(session, "runtime")
    pytest(session, "tests/integration", python=sys.executable, MANAGED_PYTHON=f"{session.bin}/python")
