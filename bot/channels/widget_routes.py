"""`/widget.js` and `/demo-host`, over HTTP."""

from __future__ import annotations

import re

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from bot.channels import demo_host, pages, widget

_HOST = re.compile(r"[\w.:\[\]-]+", re.ASCII)  # goes into a header of the answer


def add_widget(app: FastAPI) -> None:
    """Add both to the application."""

    @app.get("/widget.js", include_in_schema=False)
    async def script(request: Request) -> Response:
        # The tag is the content's; `gzip` is one representation of it, so the tag is weak.
        headers = {
            **widget.HEADERS,
            "ETag": f"W/{pages.etag(widget.widget_script())}",
            "Cache-Control": "no-cache",
            "Vary": "Accept-Encoding",
        }
        if headers["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        content = widget.widget_script()
        if re.search(r"\bgzip\b(?!\s*;\s*q=0)", request.headers.get("accept-encoding", "")):
            content = widget.gzipped()
            headers["Content-Encoding"] = "gzip"
        return Response(content, media_type="text/javascript; charset=utf-8", headers=headers)

    @app.get("/demo-host", include_in_schema=False)
    async def demo(request: Request) -> Response:
        if not _HOST.fullmatch(request.url.netloc):
            raise HTTPException(400, "The header Host is not an address.")
        server = str(request.base_url)
        return HTMLResponse(
            demo_host.render_demo_host(server), headers={"Content-Security-Policy": demo_host.policy(server)}
        )
