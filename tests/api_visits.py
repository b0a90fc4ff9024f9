"""A program that uses the API of a real server over HTTP, as a customer's would."""

import time
from collections.abc import Iterator
from typing import Any

import httpx

from factories import make_tenant
from tenant_seeds import make_key

PROBLEM = "application/problem+json"
READ_SECONDS = 90
LOOK_SECONDS = 0.1


class ApiVisit:
    """A client with a key, and the collection that it works in."""

    def __init__(self, url: str, secret: str, *, collection: str = "") -> None:
        self.http = httpx.Client(
            base_url=f"{url}/api/v1", headers={"Authorization": f"Bearer {secret}"}, timeout=60
        )
        self.collection: str = collection or self._new_collection()

    def sent(self, method: str, path: str, **content: Any) -> Any:
        """What the server answers to a request that it accepts."""
        response = self.http.request(method, path, **content)
        assert response.is_success, f"{response.status_code} {response.text}"
        return response.json() if response.content else None

    def upload(self, name: str, content: bytes) -> httpx.Response:
        """Send one file into the collection."""
        path = f"/collections/{self.collection}/documents"
        return self.http.post(path, files={"files": (name, content)})

    def uploaded(self, name: str, content: bytes) -> dict[str, Any]:
        """The document that an accepted file became."""
        response = self.upload(name, content)
        assert response.status_code == 202, response.text
        document: dict[str, Any] = response.json()["items"][0]["document"]
        return document

    def states(self, document: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The state of the document's latest version at each look, until it stays."""
        while True:
            shown = self.sent("GET", f"/documents/{document['id']}")
            state = shown["latest_version"]["state"]
            yield state
            if not state["changing"]:
                return
            time.sleep(LOOK_SECONDS)

    def settled(self, document: dict[str, Any]) -> dict[str, Any]:
        """The document once its latest version is read, or given up."""
        until = time.monotonic() + READ_SECONDS
        for _ in self.states(document):
            assert time.monotonic() < until, f"not read within {READ_SECONDS} s"
        shown: dict[str, Any] = self.sent("GET", f"/documents/{document['id']}")
        return shown

    def ask(self, text: str, **fields: Any) -> dict[str, Any]:
        """The answer to a question, from the collection."""
        path = f"/collections/{self.collection}/questions"
        answer: dict[str, Any] = self.sent("POST", path, json={"text": text, **fields})
        return answer

    def documents(self) -> list[dict[str, Any]]:
        """The documents of the collection."""
        listed = self.sent("GET", f"/collections/{self.collection}/documents")
        documents: list[dict[str, Any]] = listed["items"]
        return documents

    def _new_collection(self) -> str:
        made: dict[str, str] = self.sent("POST", "/collections", json={"name": "Policies"})
        return made["id"]


class Customer(ApiVisit):
    """The program of a new tenant, with a key that may do everything and an empty collection."""

    def __init__(self, url: str, name: str = "Acme") -> None:
        self.administrator = make_tenant(name)
        super().__init__(url, make_key(self.administrator))


def problem_in(response: httpx.Response, status: int, code: str) -> str:
    """The sentence of the problem that a response must be."""
    assert response.headers["content-type"] == PROBLEM, response.text
    problem = response.json()
    told = (response.status_code, problem["status"], problem["code"])
    assert told == (status, status, code), problem
    detail: str = problem["detail"]
    return detail
