"""Reads one file as a worker does, in a process so small that what its reader took shows.

``python reading_alone.py FILE NAME LIMITS`` prints what came of it as JSON: the texts and the
problems of the pages, the code, the warnings, and the memory (MB) and processor seconds taken.
"""

import json
import resource
import sys
from pathlib import Path

from lectern.documents.confinement import Limits
from lectern_workers.ingestion.sandbox import ParsingFailed, read_document


def main() -> None:
    path, name, limits = Path(sys.argv[1]), sys.argv[2], Limits(**json.loads(sys.argv[3]))
    told = {"code": "", "message": "", "texts": [], "problems": [], "warnings": [], "removed": []}
    try:
        read = read_document(path, name, progress=lambda done, total: None, limits=limits)
    except ParsingFailed as failed:
        told |= {"code": failed.code, "message": failed.message}
    else:
        pages = [each.page for each in read.pages]
        told |= {
            "texts": [page.text for page in pages],
            "problems": [page.problem for page in pages],
            "warnings": list(read.facts.warnings),
            "removed": [[each.kind, each.text] for page in pages for each in page.removed],
        }
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    told |= {"memory": used.ru_maxrss / 1024, "seconds": used.ru_utime + used.ru_stime}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
