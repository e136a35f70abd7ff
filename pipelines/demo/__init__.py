"""``datamoat demo``: a corpus of the documentation that the installed packages bring along."""

from pipelines.demo.configuration import demo_config as demo_config
from pipelines.demo.questions import DEMO_FUNNEL as DEMO_FUNNEL
from pipelines.demo.questions import demo_questions as demo_questions
