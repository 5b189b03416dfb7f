"""A web service: a page or JSON in, a file out, problems as JSON with pointers.

Run it from this folder: uvicorn app:app
"""

import base64
import json
import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

import backtrack_plugins as bt

MOST_BYTES = 1024 * 1024
STATUS = {
    bt.WorkoutProblems: HTTPStatus.UNPROCESSABLE_ENTITY,  # InvalidWorkout, UnsafeWorkout, CannotExport
    bt.UnknownPlugin: HTTPStatus.NOT_FOUND,
    bt.UsageError: HTTPStatus.BAD_REQUEST,
    # Not 502: a plugin runs in this process, and there is no other server to ask again.
    bt.BacktrackError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
registry = bt.Registry()  # one for all requests and threads; it imports a plugin when it is first asked for


async def export(request: Request) -> Response:
    """POST /workouts/{format}?option=value answers with the file, or as JSON with all that is to be said."""
    workout = await workout_of(request)
    artifact = await run_in_threadpool(  # exporting is synchronous; other requests go on meanwhile
        bt.export,
        workout,
        request.path_params["format"],
        options=dict(request.query_params),
        registry=registry,
    )
    losses = [{"what": loss.what, "instead": loss.instead, "steps": loss.steps} for loss in artifact.losses]
    problems = [problem.as_data() for problem in artifact.problems]
    if "application/json" in request.headers.get("accept", ""):
        file = {"name": artifact.name, "media_type": artifact.media_type}
        data = base64.b64encode(artifact.data).decode("ascii")
        return JSONResponse({**file, "losses": losses, "problems": problems, "data": data})
    said = {
        "Content-Disposition": f'attachment; filename="{artifact.name}"',
        "Backtrack-Losses": json.dumps(sorted({loss.what for loss in artifact.losses})),
        "Backtrack-Problems": json.dumps(sorted({problem.code for problem in artifact.problems})),
    }
    return Response(artifact.data, headers=said, media_type=artifact.media_type)


async def check(request: Request) -> Response:
    """POST /check answers with every problem, of reading and of the rules alike, and whether it may run."""
    try:
        workout = await workout_of(request)
        timeline = await run_in_threadpool(bt.expand, workout)
        problems = await run_in_threadpool(bt.check, timeline, registry=registry)
    except bt.InvalidWorkout as error:
        problems = error.problems
    safe = all(problem.severity != "error" for problem in problems)
    return JSONResponse({"safe": safe, "problems": [problem.as_data() for problem in problems]})


async def formats(_request: Request) -> Response:
    """GET /formats answers with the formats there are, and imports no plugin for it."""
    return JSONResponse({"formats": [row._asdict() for row in registry.rows("exporter")]})


async def workout_of(request: Request) -> bt.Workout:
    """The Workout in a request's body; reading one is quick, but not for the event loop to wait for."""
    kind, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    read = READ.get(kind.strip())
    if read is None or ("charset" in parameters and "utf-8" not in parameters):
        raise HTTPException(415, "Send a page as text/plain, or JSON as application/json; both in UTF-8.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:  # counted, since a request may say nothing, or anything, about its length
            raise HTTPException(413, f"A workout has at most {MOST_BYTES} bytes.")
    return await run_in_threadpool(read, bytes(body))


def page_of(body: bytes) -> bt.Workout:
    """The Workout that a page says."""
    try:
        return bt.parse(body.decode())
    except UnicodeDecodeError as error:
        raise HTTPException(400, f"The page is no UTF-8 at byte {error.start}.") from None


READ: dict[str, Callable[[bytes], bt.Workout]] = {"text/plain": page_of, "application/json": bt.from_json}


async def refuse_request(_request: Request, error: Exception) -> Response:
    """What HTTP itself has to refuse: too large, another media type, no such path."""
    status, headers = getattr(error, "status_code", 500), getattr(error, "headers", None)
    return problem_details(status, getattr(error, "detail", ""), headers=headers)


async def refuse(_request: Request, error: Any) -> Response:
    """What an error of ours says, as data: its problems with line and column, or with a JSON Pointer."""
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    data = error.as_data()
    said = str(data.pop("message"))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:  # what broke is for those who run the service, not for all
        logging.getLogger("uvicorn.error").error("%s", said, exc_info=error)
        known = {name: value for name, value in data.items() if name in {"error", "kind", "plugin"}}
        return problem_details(status, "The service is at fault, and its log says how.", known)
    return problem_details(status, said, data)


def problem_details(
    status: int, detail: str, data: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """Problem details (RFC 9457); members of our own never replace those of the RFC."""
    body = {**(data or {}), "title": HTTPStatus(status).phrase, "status": int(status), "detail": detail}
    return JSONResponse(body, status, headers, "application/problem+json")


app = Starlette(
    routes=[
        Route("/workouts/{format}", export, methods=["POST"]),
        Route("/check", check, methods=["POST"]),
        Route("/formats", formats),
    ],
    exception_handlers={HTTPException: refuse_request, bt.BacktrackError: refuse},
)
