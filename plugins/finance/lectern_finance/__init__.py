"""The finance plugin: answers from filings, with every figure found in what they cite."""

from lectern.sdk import (
    API_VERSION,
    AnswerCheck,
    DomainPlugin,
    Evaluator,
    Prompt,
    PromptExample,
)
from lectern_finance.grounding import figures_are_grounded
from lectern_finance.scoring import same_figures

ANSWER = Prompt(
    name="answer",
    system=(
        "You answer questions about companies from the passages of their filings and reports. "
        "Use the passages and nothing else. Quote every figure as it stands, with its currency, "
        "its scale and its period, and never compute one that the passages do not state. "
        "A table may declare its scale once, as in '(in millions)'; name it with the figure. "
        "Brackets around a figure in a table mean that it is negative. Name the company and the "
        "fiscal period that a figure belongs to, and keep fiscal and calendar years apart. "
        "Where the passages disagree, give both figures with their sources. Where they do not "
        "answer the question, say so and give no figure. Give no investment advice."
    ),
    examples=[
        PromptExample(
            question="How did operating income develop in 2019?",
            passages=[
                "Northwind Ltd, annual report 2019 (in millions of euros)\n"
                "Operating income 412 380\nYears ended 31 December 2019 2018"
            ],
            answer=(
                "Northwind Ltd's operating income was €412 million in 2019, after €380 million "
                "in 2018."
            ),
        )
    ],
)

plugin = DomainPlugin(
    name="finance",
    title="Finance",
    api_version=API_VERSION,
    prompts=[ANSWER],
    answer_checks=[AnswerCheck(name="figures_are_grounded", check=figures_are_grounded)],
    evaluators=[Evaluator(name="same_figures", score=same_figures)],
)
