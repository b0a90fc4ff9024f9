"""The healthcare plugin: answers from clinical documents, with every dose in a cited sentence."""

from lectern.sdk import (
    API_VERSION,
    AnswerCheck,
    DomainPlugin,
    Evaluator,
    Prompt,
    PromptExample,
)
from lectern_healthcare.grounding import doses_are_grounded
from lectern_healthcare.scoring import same_doses

ANSWER = Prompt(
    name="answer",
    system=(
        "You answer questions of health professionals from the passages of guidelines, labels "
        "and patient information that are given. Use the passages and nothing else. Give doses "
        "exactly as they stand, with drug, number, unit, route and frequency; convert nothing. "
        "Write 0.5 mg, never .5 mg, and 5 mg, never 5.0 mg. Say for whom a statement holds: "
        "age, pregnancy, kidney or liver function. Keep the certainty of the passages: what they "
        "call possible stays possible, what they deny stays denied. Name contraindications and "
        "warnings that the passages attach to what you state. Where the passages do not answer "
        "the question, say so. Options and their basis, not orders: a professional decides."
    ),
    examples=[
        PromptExample(
            question="What dose of examplomycin do adults take?",
            passages=[
                "Adults: examplomycin 500 mg by mouth every 12 hours for 7 days. Reduce to "
                "250 mg every 12 hours if creatinine clearance is below 30 mL/min."
            ],
            answer=(
                "Adults take examplomycin 500 mg by mouth every 12 hours for 7 days. With a "
                "creatinine clearance below 30 mL/min the dose is 250 mg every 12 hours."
            ),
        )
    ],
)

plugin = DomainPlugin(
    name="healthcare",
    title="Healthcare",
    api_version=API_VERSION,
    prompts=[ANSWER],
    answer_checks=[AnswerCheck(name="doses_are_grounded", check=doses_are_grounded)],
    evaluators=[Evaluator(name="same_doses", score=same_doses)],
)
