"""Cassettes on disk: a file of one of the formats, and large bodies in files beside it.

Everything here blocks; see :mod:`aiointercept.adapters.blocking`. The formats themselves are in
:mod:`aiointercept.core.recording`.
"""

import contextlib
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from attrs import frozen

from aiointercept.adapters.side_files import remove_orphans, stored, write_whole
from aiointercept.core.errors import CassetteError
from aiointercept.core.recording.entries import Entry
from aiointercept.core.recording.redacting.redaction import Redaction
from aiointercept.core.recording.unchanged_entries import kept
from aiointercept.core.type_guards import is_list, is_mapping

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

HAR_SUFFIXES: Final = (".har",)
YAML_SUFFIXES: Final = (".yaml", ".yml")
MOST_INLINE: Final = 1 << 16
# VCR.py's format has no body files; only bodies that are too large for YAML go to files.
_MOST_IN_YAML: Final = 1 << 24
_SURROGATES: Final = re.compile(r"[\ud800-\udfff]")


@frozen(eq=False, repr=False)
class Cassette:
    """The content of a cassette file.

    Args:
        entries: the exchanges, in order.
        source: the whole parsed document, for a HAR file.
    """

    entries: Sequence[Entry]
    source: Mapping[str, Any] | None = None


def clean_path(given: Any, argument: str = "cassette") -> Path:
    """Return the path of a cassette.

    Raises:
        TypeError: if ``given`` is not a path.
        ValueError: if the suffix is not supported.
    """
    if not isinstance(given, (str, os.PathLike)):
        msg = f"{argument} must be a path such as 'cassettes/users.har', not {given!r}"
        raise TypeError(msg)
    path = Path(os.fspath(given))
    if path.suffix.lower() not in (*HAR_SUFFIXES, *YAML_SUFFIXES):
        msg = (
            f"{argument}: '{path}' must end with .har (HAR 1.2), or with .yaml or .yml (the format "
            "of VCR.py), because the suffix chooses the format"
        )
        if path.suffix.lower() == ".json":
            msg += (
                ". To convert a JSON cassette of VCR.py, read it with json.loads and write it with "
                "yaml.safe_dump"
            )
        raise ValueError(msg)
    if path.suffix.lower() in YAML_SUFFIXES:
        _yaml()
    return path


def _is_yaml(path: Path) -> bool:
    return path.suffix.lower() in YAML_SUFFIXES


def _yaml() -> ModuleType:
    try:
        import yaml  # noqa: PLC0415  an optional extra
    except ImportError:
        msg = "cassettes in YAML need PyYAML: pip install 'aiointercept[yaml]', or use a .har file"
        raise ImportError(msg) from None
    return yaml


def load(path: Path) -> Cassette:
    """Read a cassette.

    Raises:
        CassetteError: if the file cannot be read or parsed, naming file, entry and field.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise CassetteError("there is no such file", file=str(path)) from None  # noqa: EM101, TRY003  short
    except IsADirectoryError:
        raise CassetteError("this is a folder, not a cassette", file=str(path)) from None  # noqa: EM101, TRY003  short
    except OSError as error:
        if path.is_dir():  # Windows reports it as another OSError
            raise CassetteError("this is a folder, not a cassette", file=str(path)) from None  # noqa: EM101, TRY003  short
        msg = f"it cannot be read: {error.strerror or error}"
        raise CassetteError(msg, file=str(path)) from error
    except UnicodeDecodeError as error:
        msg = f"this is not UTF-8 text: {error}"
        raise CassetteError(msg, file=str(path)) from None
    # Few runs need either format, so import them only now.
    from aiointercept.core.recording.formats.har_reading import from_har  # noqa: PLC0415
    from aiointercept.core.recording.formats.vcr import from_vcr  # noqa: PLC0415

    try:
        if _is_yaml(path):
            return Cassette(from_vcr(_parsed_yaml(text)))
        data = _parsed_json(text)
        return Cassette(from_har(data), data)
    except CassetteError as error:
        raise error.in_file(str(path)) from None


def _parsed_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        msg = f"this is not JSON: {error}"
        raise CassetteError(msg) from None


def _parsed_yaml(text: str) -> Any:
    yaml = _yaml()
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(text, Loader=loader)
    except yaml.constructor.ConstructorError as error:
        msg = f"it contains a Python object, which is not loaded for safety: {_in_one_line(error)}"
        raise CassetteError(msg) from None
    except yaml.YAMLError as error:
        msg = f"this is not YAML: {_in_one_line(error)}"
        raise CassetteError(msg) from None


def _in_one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def save(  # noqa: PLR0913  it has only two callers
    path: Path,
    old: Cassette | None,
    recorded: Iterable[Entry],
    redaction: Redaction | None,
    *,
    version: str,
    anew: bool = False,
) -> bool:
    """Write a cassette, unless nothing has changed.

    The file is replaced atomically, and is on the disk when this returns.

    Args:
        path: the file; its folder is created if necessary.
        old: the previous content.
        recorded: the entries to add; bodies are as they were sent, some in temporary files.
        redaction: masks secrets in ``recorded``; ``None`` to mask nothing.
        version: the version of aiointercept.
        anew: whether ``recorded`` replaces the previous content.

    Returns:
        Whether anything was written.

    Raises:
        OSError: if the file cannot be written.
    """
    from aiointercept.core.recording.formats.har_reading import with_all_entries  # noqa: PLC0415  see load()

    before = () if old is None else tuple(old.entries)
    path.parent.mkdir(parents=True, exist_ok=True)
    limit = _MOST_IN_YAML if _is_yaml(path) else MOST_INLINE
    fresh = [stored(entry, path.parent, redaction, limit) for entry in recorded]
    if anew:
        entries: list[Entry | Mapping[str, Any]] = [*kept(fresh, before)]
    else:
        # What was there stays as it is: masking would spoil what another tool wrote.
        written = with_all_entries(before, old.source) if old and old.source else before
        entries = [*written, *fresh]
    source = None if old is None else old.source
    text = _text(path, entries, source, version)
    # Bytes that are not UTF-8, such as those of a header, are surrogates: JSON has them escaped.
    changed = _write_if_changed(path, text.encode("utf-8", "backslashreplace"))
    if changed or fresh:
        remove_orphans(path, (*before, *fresh), text, (*HAR_SUFFIXES, *YAML_SUFFIXES))
    return changed


def _text(
    path: Path,
    entries: Iterable[Entry | Mapping[str, Any]],
    source: Mapping[str, Any] | None,
    version: str,
) -> str:
    from aiointercept.core.recording.formats.har import to_har  # noqa: PLC0415  see load()
    from aiointercept.core.recording.formats.vcr import to_vcr  # noqa: PLC0415  see load()

    if not _is_yaml(path):
        har = to_har(entries, version=version, source=source)
        return f"{json.dumps(har, indent=2, ensure_ascii=False)}\n"
    yaml = _yaml()
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text: str = yaml.dump(
        _for_yaml(to_vcr(map(_only_entry, entries))), Dumper=dumper, default_flow_style=False
    )
    return text


def _for_yaml(value: Any) -> Any:
    """Return ``value`` with a replacement character for each surrogate, which YAML cannot have."""
    if isinstance(value, str):
        return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", value)
    if is_list(value):
        return [_for_yaml(one) for one in value]
    if is_mapping(value):
        return {_for_yaml(name): _for_yaml(one) for name, one in value.items()}
    return value


def _only_entry(entry: Entry | Mapping[str, Any]) -> Entry:
    assert isinstance(entry, Entry)  # noqa: S101  a cassette in VCR.py's format has no other entries
    return entry


def _write_if_changed(path: Path, data: bytes) -> bool:
    with contextlib.suppress(OSError):
        if path.read_bytes() == data:
            return False
    write_whole(path, [data])
    return True
