"""LangChain and LangGraph: tools by `BaseTool.run` and `arun`, whichever of both carries them out."""

from __future__ import annotations

from functools import wraps
from typing import Any

from agentprobe.adapters.frameworks._framework import Framework, Function
from agentprobe.adapters.frameworks._stand_in import StandIn
from agentprobe.adapters.frameworks._tool_run import ToolRun, led
from agentprobe.domain.call import Effect


class LangchainCore(Framework):
    """Tools of langchain_core, which the agents of LangChain and LangGraph run."""

    title = "LangChain and LangGraph"
    modules = ("langchain_core.tools.base",)

    def attach(self, module: Any) -> None:
        self.replace(module.BaseTool, "run", _run)
        self.replace(module.BaseTool, "arun", _arun)


def _run(own: Function) -> Function:
    def run(tool: Any, tool_input: Any, *args: Any, **kwargs: Any) -> Any:
        said = _said(tool, tool_input, kwargs.get("tool_call_id"))
        around = _around_content if tool.response_format == "content_and_artifact" else led
        inner = around(tool._run, said, own=getattr(tool, "func", None))
        return own(StandIn(tool, _run=inner), tool_input, *args, **kwargs)

    return run


def _arun(own: Function) -> Function:
    async def arun(tool: Any, tool_input: Any, *args: Any, **kwargs: Any) -> Any:
        said = _said(tool, tool_input, kwargs.get("tool_call_id"))
        around = _around_content_async if tool.response_format == "content_and_artifact" else led
        inner = around(tool._arun, said, own=getattr(tool, "coroutine", None))
        return await own(StandIn(tool, _arun=inner), tool_input, *args, **kwargs)

    return arun


def _said(tool: Any, given: Any, ref: str | None) -> ToolRun:
    arguments = tool._filter_injected_args(given) if isinstance(given, dict) else {"input": given}
    is_read_only = (tool.metadata or {}).get("readOnlyHint") is True
    effect = Effect.READ if is_read_only else Effect.WRITE
    return ToolRun(name=tool.name, arguments=arguments, ref=ref or "", effect=effect)


# -- results in two parts: what the model is told, and an artifact that it never sees -----------------


class _Artifact:
    """Keeps a result's artifact aside while its content walks the corridor."""

    def __init__(self) -> None:
        self._artifact: Any = None
        self._odd = False

    def content(self, result: Any) -> Any:
        if not (isinstance(result, tuple) and len(result) == 2):
            self._odd = True
            return result
        content, self._artifact = result
        return content

    def whole(self, content: Any) -> Any:
        return content if self._odd else (content, self._artifact)


def _around_content(run: Function, said: ToolRun, *, own: Function | None) -> Function:
    @wraps(run)
    def whole(*args: Any, **kwargs: Any) -> Any:
        artifact = _Artifact()
        content = wraps(run)(lambda *a, **k: artifact.content(run(*a, **k)))
        return artifact.whole(led(content, said, own=own)(*args, **kwargs))

    return whole


def _around_content_async(run: Function, said: ToolRun, *, own: Function | None) -> Function:
    @wraps(run)
    async def whole(*args: Any, **kwargs: Any) -> Any:
        artifact = _Artifact()

        @wraps(run)
        async def content(*a: Any, **k: Any) -> Any:
            return artifact.content(await run(*a, **k))

        return artifact.whole(await led(content, said, own=own)(*args, **kwargs))

    return whole
