"""The machine in one line, so that figures of different ones are not compared."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

from earshot_cli.local.settings import ROOT

CPUINFO = Path("/proc/cpuinfo")
BUSY = 0.7


def describe() -> str:
    """Name processor, cores, system and the versions that matter."""
    return (
        f"{_processor()}, {os.cpu_count()} cores shared, {platform.system()} {platform.release()}; "
        f"Python {platform.python_version()}, boto3 {version('boto3')}, MiniStack {_engine_version()}"
    )


def load() -> float:
    """Return how many processes wanted to run, on average over the last minute."""
    return os.getloadavg()[0]


def _processor() -> str:
    lines = CPUINFO.read_text().splitlines() if CPUINFO.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def _engine_version() -> str:
    found = (ROOT / ".venv-engine").glob("lib/python*/site-packages/ministack-*.dist-info")
    return next((path.name.removesuffix(".dist-info").partition("-")[2] for path in found), "(unknown)")
