"""The keywords of aiohttp's session and connector, for ``m.session()`` and ``m.connector()``."""

from typing import Any

from typing_extensions import TypedDict


class ConnectorOptions(TypedDict, total=False):
    """The keywords of ``aiohttp.TCPConnector``; which of them exist depends on its version."""

    dns_cache_max_size: Any
    enable_cleanup_closed: Any
    family: Any
    fingerprint: Any
    force_close: Any
    happy_eyeballs_delay: Any
    interleave: Any
    keepalive_timeout: Any
    limit: Any
    limit_per_host: Any
    local_addr: Any
    loop: Any
    resolver: Any
    socket_factory: Any
    ssl: Any
    ssl_context: Any
    ssl_shutdown_timeout: Any
    timeout_ceil_threshold: Any
    ttl_dns_cache: Any
    use_dns_cache: Any
    verify_ssl: Any


class SessionOptions(TypedDict, total=False):
    """The keywords of ``aiohttp.ClientSession`` except ``connector``; see above."""

    auth: Any
    auto_decompress: Any
    base_url: Any
    conn_timeout: Any
    connector_owner: Any
    cookie_jar: Any
    cookies: Any
    fallback_charset_resolver: Any
    headers: Any
    json_serialize: Any
    json_serialize_bytes: Any
    loop: Any
    max_field_size: Any
    max_headers: Any
    max_line_size: Any
    middlewares: Any
    proxy: Any
    proxy_auth: Any
    raise_for_status: Any
    read_bufsize: Any
    read_timeout: Any
    request_class: Any
    requote_redirect_url: Any
    response_class: Any
    skip_auto_headers: Any
    ssl_shutdown_timeout: Any
    timeout: Any
    trace_configs: Any
    trust_env: Any
    version: Any
    ws_response_class: Any
