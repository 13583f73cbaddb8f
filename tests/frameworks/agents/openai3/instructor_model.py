"""instructor: an answer in a shape, with no tools."""

import instructor
from pydantic import BaseModel


class Weather(BaseModel):
    """The weather in a city."""

    city: str
    weather: str


client = instructor.from_provider("openai/gpt-4o-mini")
question = [{"role": "user", "content": "What is the weather in Oslo?"}]
answer = client.create(response_model=Weather, messages=question)
print(f"{answer.weather} in {answer.city}")
