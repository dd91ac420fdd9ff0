"""regelruimte serve | worker | migrate | retention"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from service.commands.parsing import add_command


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands that keep the service running."""
    serve = add_command(
        commands,
        "serve",
        run=_serve,
        summary="serve the API",
        example="regelruimte serve --store store --port 8000",
    )
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    serve.add_argument("--port", type=int, default=8000, help="port to listen on (default 8000)")
    add_service_options(serve)
    worker = add_command(
        commands,
        "worker",
        run=_worker,
        summary="carry out jobs from PostgreSQL",
        example="regelruimte worker --store store --database-url postgresql+psycopg://localhost/regelruimte",
    )
    worker.add_argument("--concurrency", type=int, default=1, metavar="N", help="jobs at a time (default 1)")
    add_service_options(worker)
    migrate = add_command(
        commands,
        "migrate",
        run=_migrate,
        summary="bring the database to the shape that this version needs",
        example="regelruimte migrate --database-url sqlite:///var/regelruimte.db",
    )
    add_service_options(migrate)
    retention = add_command(
        commands,
        "retention",
        run=_retention,
        summary="erase the original texts whose time has come",
        example="regelruimte retention",
    )
    add_service_options(retention)


def add_service_options(parser: argparse.ArgumentParser) -> None:
    """Options that stand in for settings."""
    parser.add_argument("--database-url", metavar="URL", help="instead of REGELRUIMTE_DATABASE_URL")
    parser.add_argument("--store", type=Path, metavar="DIR", help="folder of the store, instead of REGELRUIMTE_STORE")
    parser.add_argument("--model", type=Path, metavar="DIR", help="model directory (default: the one that ships)")


def _serve(arguments: argparse.Namespace) -> int:
    import gc

    from service.lazily import NOT_CALLED, put_off

    if "OMP_NUM_THREADS" not in os.environ:
        # Requests beside each other share the cores better than products in parts, whose threads look out for work meanwhile.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    put_off(*NOT_CALLED)
    gc.disable()  # hardly anything that is made until it serves can go again: looking for it would only take time
    try:
        return _served(arguments)
    finally:
        gc.enable()


def _served(arguments: argparse.Namespace) -> int:
    import gc
    import tempfile
    from importlib import import_module
    from threading import Thread

    import uvicorn
    from uvicorn.supervisors import Multiprocess

    from service.database.migrating import migrate, newest, revision
    from service.database.opening import Database
    from service.engine import Engine
    from service.operation.listening import SharedPort
    from service.operation.logs import set_up_logs
    from service.progress import progress
    from service.settings import settings_of

    settings = settings_of(database_url=arguments.database_url, store=arguments.store, model=arguments.model)
    set_up_logs(settings.log_level)
    database = Database(settings.database_url)
    behind = revision(database) != newest()
    if behind and settings.is_sqlite:
        migrate(database)  # nothing to configure: the embedded database is ours alone
    elif behind:
        database.close()
        print("regelruimte: the database needs: regelruimte migrate", file=sys.stderr)
        return 1
    database.close()
    engine = Engine(settings)
    with progress("describing clauses (once)", unit="chunk") as advance:
        # Before any process serves, so that they do not all describe the same clauses.
        if settings.workers == 1:
            # Half of what it takes to open a model is reading and reckoning, during which another thread can import.
            Thread(target=import_module, args=("service.api.application",), daemon=True).start()
            engine.load(on_chunk=advance)
            reason = engine.problem
        else:
            reason = engine.describe(on_chunk=advance)
    if reason:
        print(f"regelruimte: not ready yet: {reason}", file=sys.stderr)
    common = {
        "host": arguments.host,
        "port": arguments.port,
        "server_header": False,
        "access_log": False,
        "ws": "none",  # nothing here speaks over web sockets, and what does takes time to import
        "log_config": None,
        "forwarded_allow_ips": settings.trusted_proxies,
        "timeout_graceful_shutdown": 20,
    }
    if settings.workers == 1:
        from service.api.application import create_app

        if not reason:
            print(f"model {engine.loaded.model_version}, {len(engine.loaded.store.regulations)} regulations", file=sys.stderr)
        app = create_app(settings, engine=engine)
        if settings.otel:
            from service.operation.tracing import traced

            app = traced(app, environ=os.environ)
        gc.freeze()  # until something else is loaded, see service.engine
        gc.enable()
        uvicorn.run(app, **common)
        return 0
    for name, value in (("DATABASE_URL", arguments.database_url), ("STORE", arguments.store), ("MODEL", arguments.model)):
        if value is not None:
            os.environ[f"REGELRUIMTE_{name}"] = str(value)
    gc.enable()
    # Processes must sign with one key, also where the operator gave none.
    os.environ["REGELRUIMTE_SECRET_KEY"] = settings.secret_key.get_secret_value()
    with tempfile.TemporaryDirectory(prefix="regelruimte-metrics-") as shared:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = shared
        application = "service.api.application:from_environment"
        config = uvicorn.Config(application, factory=True, workers=settings.workers, **common)
        try:
            # Bound, and not listened to: it holds the port, while each process listens on a socket of its own.
            port = SharedPort.alone(arguments.host, arguments.port)
        except OSError as error:
            print(f"regelruimte: cannot listen on {arguments.host}:{arguments.port}: {error.strerror}", file=sys.stderr)
            return 1
        Multiprocess(config, sockets=[port]).run()
    return 0


def _worker(arguments: argparse.Namespace) -> int:
    import asyncio

    from corpus.errors import UsageError
    from service.database.opening import Database
    from service.engine import Engine
    from service.jobs.carrying import World
    from service.operation.logs import set_up_logs
    from service.settings import settings_of

    settings = settings_of(database_url=arguments.database_url, store=arguments.store, model=arguments.model)
    if settings.is_sqlite:
        raise UsageError("on SQLite the serving process carries out the jobs itself; workers need PostgreSQL")
    set_up_logs(settings.log_level)
    from service.jobs.postgresql import work_on

    world = World(settings=settings, database=Database(settings.database_url), engine=Engine(settings))
    asyncio.run(work_on(world, concurrency=arguments.concurrency))
    return 0


def _migrate(arguments: argparse.Namespace) -> int:
    from service.database.migrating import migrate
    from service.database.opening import Database
    from service.settings import settings_of

    settings = settings_of(database_url=arguments.database_url, store=arguments.store)
    database = Database(settings.database_url)
    try:
        print(f"the database has revision {migrate(database)}")
    finally:
        database.close()
    return 0


def _retention(arguments: argparse.Namespace) -> int:
    from service.database.opening import Database
    from service.settings import settings_of
    from service.work.retention import erase_originals

    settings = settings_of(database_url=arguments.database_url, store=arguments.store)
    database = Database(settings.database_url)
    try:
        print(f"{erase_originals(database)} original texts erased")
    finally:
        database.close()
    return 0
