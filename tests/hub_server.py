"""A small server that speaks the hub's file API on this machine: log in, list, download, create, commit.

The token hf_right is that of "user", a member of "studio"; hf_read is theirs, too, but cannot write.

with HubServer() as hub:
    hub.repos["user/my-comic"] = {"model_index.json": b"{}"}
    ...  # HF_ENDPOINT=hub.endpoint in another process
"""

import base64
import hashlib
import json
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import unquote, urlsplit


class HubServer:
    """Repositories are {path: bytes} with one revision each, main. `requests` are kept as "METHOD /path".

    Names in `private` are private repositories; commits to those in `full` are refused.
    """

    def __init__(self) -> None:
        self.repos: dict[str, dict[str, bytes]] = {}
        self.private: set[str] = set()
        self.full: set[str] = set()
        self.requests: list[str] = []
        handler = type("Handler", (_Handler,), {"hub": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> "HubServer":
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.server.shutdown()
        self.server.server_close()

    def sha(self, repo: str) -> str:
        """The commit's name: it follows from the files, so that every change gives a new one."""
        digest = hashlib.sha1()
        for path, data in sorted(self.repos[repo].items()):
            digest.update(path.encode() + b"\0" + data)
        return digest.hexdigest()


class _Handler(BaseHTTPRequestHandler):
    hub: HubServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.hub.requests.append(f"{self.command} {path}")
        parts = path.strip("/").split("/")
        if path == "/api/whoami-v2":
            if self.headers.get("Authorization") not in ("Bearer hf_right", "Bearer hf_read"):
                return self.fail(HTTPStatus.UNAUTHORIZED, "")
            return self.reply({"type": "user", "name": "user", "orgs": [{"type": "org", "name": "studio"}]})
        if parts[:2] == ["api", "models"] and len(parts) >= 4:
            repo, rest = "/".join(parts[2:4]), parts[4:]
            if repo not in self.hub.repos:
                return self.fail(HTTPStatus.NOT_FOUND, "RepoNotFound")
            sha, files = self.hub.sha(repo), self.hub.repos[repo]
            if len(rest) > 1 and rest[1] not in ("main", sha):
                return self.fail(HTTPStatus.NOT_FOUND, "RevisionNotFound")
            if rest[:1] == ["tree"]:
                return self.reply(
                    [
                        {"type": "file", "path": path, "size": len(data), "oid": oid(data)}
                        for path, data in files.items()
                    ]
                )
            return self.reply(
                {
                    "id": repo,
                    "sha": sha,
                    "private": repo in self.hub.private,
                    "siblings": [{"rfilename": name} for name in files],
                }
            )
        if len(parts) > 4 and parts[2] == "resolve":
            repo, name = "/".join(parts[:2]), "/".join(parts[4:])
            if repo not in self.hub.repos:
                return self.fail(HTTPStatus.NOT_FOUND, "RepoNotFound")
            data = self.hub.repos[repo].get(name)
            if data is None:
                return self.fail(HTTPStatus.NOT_FOUND, "EntryNotFound", {"X-Repo-Commit": self.hub.sha(repo)})
            return self.send(
                HTTPStatus.OK,
                data,
                {"X-Repo-Commit": self.hub.sha(repo), "ETag": f'"{oid(data)}"', "Accept-Ranges": "bytes"},
            )
        return self.fail(HTTPStatus.NOT_FOUND, "EntryNotFound")

    do_HEAD = do_GET

    def do_POST(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.hub.requests.append(f"POST {path}")
        body = self.rfile.read(int(self.headers["Content-Length"]))
        parts = path.strip("/").split("/")
        if self.headers.get("Authorization") != "Bearer hf_right":
            is_reader = self.headers.get("Authorization") == "Bearer hf_read"
            return self.fail(HTTPStatus.FORBIDDEN if is_reader else HTTPStatus.UNAUTHORIZED, "")
        if path == "/api/repos/create":
            repo = json.loads(body)
            name = f"{repo.get('organization') or 'user'}/{repo['name']}"
            if name in self.hub.repos:
                return self.send(HTTPStatus.CONFLICT, self.json({"url": f"{self.hub.endpoint}/{name}"}))
            self.hub.repos[name] = {}
            if repo.get("visibility") == "private":
                self.hub.private.add(name)
            return self.reply({"url": f"{self.hub.endpoint}/{name}", "name": name, "id": name})
        if path == "/api/validate-yaml":
            return self.reply({"errors": [], "warnings": []})
        repo = "/".join(parts[2:4])
        if parts[4:5] == ["preupload"]:
            # "regular" files come inside the commit; "lfs" would ask for a second, far larger API
            names = [file["path"] for file in json.loads(body)["files"]]
            return self.reply(
                {"files": [{"path": name, "uploadMode": "regular", "shouldIgnore": False} for name in names]}
            )
        if parts[4:5] == ["commit"]:
            if repo in self.hub.full:
                return self.fail(HTTPStatus.INSUFFICIENT_STORAGE, "")
            for line in body.splitlines():
                change = json.loads(line)
                if change["key"] == "file":
                    value = change["value"]
                    self.hub.repos[repo][value["path"]] = base64.b64decode(value["content"])
            sha = self.hub.sha(repo)
            return self.reply({"commitUrl": f"{self.hub.endpoint}/{repo}/commit/{sha}", "commitOid": sha})
        return self.fail(HTTPStatus.NOT_FOUND, "EntryNotFound")

    def reply(self, value: Any) -> None:
        self.send(HTTPStatus.OK, self.json(value))

    def fail(self, status: HTTPStatus, code: str, headers: dict[str, str] | None = None) -> None:
        self.send(
            status, self.json({"error": code}), {"X-Error-Code": code, "X-Error-Message": code, **(headers or {})}
        )

    def json(self, value: Any) -> bytes:
        return json.dumps(value).encode()

    def send(self, status: HTTPStatus, data: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


def oid(data: bytes) -> str:
    """git's name for a file of this content."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
