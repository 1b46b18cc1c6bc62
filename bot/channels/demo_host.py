"""`/demo-host`: a plain page of somebody else's that embeds the widget, under a strict policy.

`python -m bot.channels.demo_host --server http://127.0.0.1:8642/ --port 8700` serves it from an origin of its own. The
server must then be told that this origin may ask it (`wenbao serve` with that origin among its CORS origins).
"""

from __future__ import annotations

import argparse
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import urlsplit

from bot.channels import pages
from bot.channels.widget import embed_line

_PATHS: Final = ("/", "/demo-host")


def policy(server: str) -> str:
    """A host page's strict policy: from elsewhere it needs the widget's server for one script, and to connect to."""
    origin = _origin(server)
    return (
        f"default-src 'none'; script-src {origin}; connect-src {origin}; style-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    )


def render_demo_host(server: str) -> str:
    """The page, with the widget of the server at `server`, an address with its closing slash."""
    line = embed_line(escape(server))
    return f"""<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="robots" content="noindex">
<title>内网通知 · 嵌入示例</title>
<link rel="icon" href="static/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="static/demo.css">
{line}
</head>
<body>
<header><h1>内网通知</h1></header>
<main>
<p>这是一张普通的网页，与问报无关。右下角的按钮来自一行代码，点开就可以向报纸档案提问。</p>
<p lang="en">This is somebody else's plain page. The button in the corner comes from one line of HTML; open it to
ask the newspaper archive.</p>
<h2>这一行代码 <span lang="en">The line</span></h2>
<pre tabindex="0" aria-label="HTML">{escape(line)}</pre>
<h2>本页的安全策略 <span lang="en">This page's policy</span></h2>
<pre tabindex="0" aria-label="Content-Security-Policy">{escape(policy(server))}</pre>
<p>没有内联脚本，没有内联样式，没有 <code>eval</code>。
<span lang="en">No inline script, no inline style, no <code>eval</code>.</span></p>
</main>
</body>
</html>
"""


def serve_demo(server: str, host: str, port: int) -> ThreadingHTTPServer:
    """A small server of the page, listening but not yet serving; port 0 takes a free one."""
    page = render_demo_host(server).encode()
    headers = {"Content-Security-Policy": policy(server), "X-Content-Type-Options": "nosniff"}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            found = (page, "text/html; charset=utf-8") if path in _PATHS else None
            if path.startswith("/static/"):
                found = pages.static_file(path.removeprefix("/static/"))
            content, media_type = found or (b"", "text/plain")
            self.send_response(200 if found else 404)
            for name, value in {**headers, "Content-Type": media_type, "Content-Length": len(content)}.items():
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return ThreadingHTTPServer((host, port), Handler)


def _origin(server: str) -> str:
    parts = urlsplit(server)
    return f"{parts.scheme}://{parts.netloc}"


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="A plain page on another origin that embeds the widget.")
    parser.add_argument("--server", default="http://127.0.0.1:8642/", help="where wenbao serve listens")
    parser.add_argument("--port", type=int, default=8700)
    arguments = parser.parse_args()
    server = arguments.server if arguments.server.endswith("/") else f"{arguments.server}/"
    with serve_demo(server, "127.0.0.1", arguments.port) as listening:
        print(f"http://127.0.0.1:{arguments.port}/ (let {server} know this origin)", flush=True)
        listening.serve_forever()


if __name__ == "__main__":
    main()
