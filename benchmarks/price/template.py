"""A template as CloudFormation makes it, and what of it is charged by the month."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from earshot_cli.template_source import TemplateSourceError, read_source
from tests.integration.template import stack as resolving
from tests.integration.template.stack import Stack, folder_of, pascal

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
__all__ = ("Stack", "folder_of", "pascal")
FOLDERS = ("CodeUri", "ContentUri")


class TemplateError(Exception):
    """A template cannot be read, or not with these parameters."""


class _Session:
    region_name = "us-east-1"


def counting(name: str) -> str:
    """Return the pattern of a metric filter that takes what lines count under a name."""
    return f"{{ $.{name} > 0 }}"


def parameters_of(path: Path) -> set[str]:
    """Name the parameters of a template."""
    return set(_read(path).get("Parameters", {}))


def translated(path: Path = TEMPLATE, **parameters: str) -> Stack:
    """Translate a template for some parameters; the others have their defaults."""
    template = _read(path)
    for resource in template["Resources"].values():
        for name in FOLDERS:
            if name in resource.get("Properties", {}):
                resource["Properties"][name] = "s3://packages/package.zip"
    values = _values(path, template.get("Parameters", {}), parameters)
    try:
        made = Translator({}, Parser(), boto_session=_Session()).translate(template, parameter_values=dict(values))
    except InvalidDocumentException as exc:
        raise TemplateError(f"{path} cannot be translated: {exc.message}") from exc
    return Stack(resolving._resolved(made, values))  # noqa: SLF001


def _read(path: Path) -> dict[str, Any]:
    try:
        return read_source(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise TemplateError(f"{path} cannot be read: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        raise TemplateError(f"{path} is not UTF-8") from exc
    except TemplateSourceError as exc:
        raise TemplateError(f"{path} is no template; it {exc}") from exc


def _values(path: Path, declared: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    if unknown := given.keys() - declared.keys():
        raise TemplateError(f"{path} has no parameter {', '.join(sorted(unknown))}; it has {', '.join(declared)}")
    for name, value in given.items():
        allowed = declared[name].get("AllowedValues")
        if allowed and value not in allowed:
            raise TemplateError(f"{name} is {value}; it may be {', '.join(allowed)}")
    return {**{name: each.get("Default") for name, each in declared.items()}, **given}
