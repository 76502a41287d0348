"""Every sentence of a conversation: templates that a words file (SANBAO_WORDS_FILE) may replace by name.

They stand by subject in `handlers/wording/`; the rules for them in `wording/sentences.py`.
"""

from handlers.wording.asking import Asking
from handlers.wording.binding import Binding
from handlers.wording.burden import Burdens
from handlers.wording.common import Common
from handlers.wording.desk import Desk
from handlers.wording.digests import Digests
from handlers.wording.duties import Duties
from handlers.wording.edited import Edited
from handlers.wording.files import Files
from handlers.wording.handover import Handovers
from handlers.wording.issues import Issues
from handlers.wording.leaves import Leaves
from handlers.wording.lights import Lights
from handlers.wording.lines import Lines
from handlers.wording.orders import Orders
from handlers.wording.problem_life import ProblemLife
from handlers.wording.progress import Progress
from handlers.wording.registry import Registry
from handlers.wording.watching import Watching
from handlers.wording.zeros import Zeros


class Words(
    Common,
    Binding,
    Progress,
    Lines,
    Issues,
    ProblemLife,
    Zeros,
    Duties,
    Files,
    Desk,
    Registry,
    Handovers,
    Leaves,
    Burdens,
    Lights,
    Digests,
    Asking,
    Orders,
    Watching,
    Edited,
):
    """All of them; a name is used once."""
