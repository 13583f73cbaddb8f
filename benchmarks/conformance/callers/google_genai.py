"""The google-genai package in a loop of one's own."""

from _task import QUESTION, refund, run_tool
from google import genai
from google.genai import types

LIBRARIES = ("google-genai", "httpx")
OWN = ("google",)


def ask(url, streamed):
    client = genai.Client(api_key="simulated", http_options=types.HttpOptions(base_url=url))
    declared = types.FunctionDeclaration.from_callable(client=client._api_client, callable=refund)
    config = types.GenerateContentConfig(
        tools=[types.Tool(function_declarations=[declared])],
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
    )
    turn = _streamed if streamed else _whole
    contents = [types.Content(role="user", parts=[types.Part(text=QUESTION)])]
    while True:
        parts = turn(client, contents, config)
        calls = [part.function_call for part in parts if part.function_call]
        if not calls:
            return "".join(part.text for part in parts if part.text and not part.thought)
        contents.append(types.Content(role="model", parts=parts))
        results = [
            types.Part.from_function_response(
                name=call.name, response={"result": run_tool(call.name, dict(call.args or {}))}
            )
            for call in calls
        ]
        contents.append(types.Content(role="user", parts=results))


def _whole(client, contents, config):
    answer = client.models.generate_content(model="gemini-2.5-flash", contents=contents, config=config)
    return answer.candidates[0].content.parts


def _streamed(client, contents, config):
    parts = []
    for chunk in client.models.generate_content_stream(
        model="gemini-2.5-flash", contents=contents, config=config
    ):
        for candidate in chunk.candidates or ():
            parts += (candidate.content and candidate.content.parts) or ()
    return parts
