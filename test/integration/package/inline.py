"""Brings the stack of a Python project up, or destroys it, and prints its outputs as JSON.

Python's language host comes with Pulumi's own distribution only. The Automation API needs none: the program runs in this
process, and the engine calls it here.
"""

import json
import runpy
import sys
from pathlib import Path

from pulumi import automation

folder, verb = sys.argv[1:]
stack = automation.create_or_select_stack(
    stack_name="test",
    project_name="private-registry-python",
    program=lambda: runpy.run_path(str(Path(folder, "__main__.py")), run_name="__main__") and None,
    opts=automation.LocalWorkspaceOptions(work_dir=folder),
)
if verb == "up":
    stack.up(on_output=lambda line: print(line, file=sys.stderr))
    changes = stack.up(on_output=lambda line: print(line, file=sys.stderr)).summary.resource_changes
    outputs = {name: output.value for name, output in stack.outputs().items()}
    secret = [name for name, output in stack.outputs().items() if output.secret]
    print(json.dumps({"outputs": outputs, "secret": secret, "changes": changes}))
else:
    stack.destroy(on_output=lambda line: print(line, file=sys.stderr), remove=True)
