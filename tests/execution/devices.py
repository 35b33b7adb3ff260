"""A project whose tests use devices that write down what is done to them, and fail where they are told to."""

from __future__ import annotations

from tests.project import Project

DEVICES = """
    from pathlib import Path

    import attrs

    from rotest_core import BaseResource, ResourceData

    STORY = Path(__file__).parent / "story.txt"


    def tell(line):
        with STORY.open("a") as story:
            story.write(line + "\\n")


    @attrs.frozen(kw_only=True)
    class DeviceData(ResourceData):
        fails: str = ""
        ready: bool = False


    class Device(BaseResource[DeviceData]):
        def step(self, name):
            tell(f"{name} {self.name}")
            if self.data.fails == name:
                raise OSError(f"{name} is broken")

        def connect(self): self.step("connect")
        def validate(self):
            self.step("validate")
            return self.data.ready
        def initialize(self): self.step("initialize")
        def finalize(self): self.step("finalize")
        def store_state(self, directory):
            self.step("store_state")
            (directory / "state.txt").write_text(self.name)


    class Tool(BaseResource):
        size: int = 1
        def connect(self): tell(f"connect tool {self.size}")
        def finalize(self): tell(f"finalize tool {self.size}")
"""


def write_devices(project: Project, **fails: str) -> None:
    """Write the devices of a project, and its inventory.

    Args:
        project: the project; `tell` of its module ``devices`` adds a line to its story.
        fails: for each device, by its name, the step in which it fails; empty for none.
    """
    project.write("devices.py", DEVICES)
    rows = "\n".join(f'[[Device]]\nname = "{name}"\nfails = "{step}"' for name, step in fails.items())
    project.write("inventory.toml", rows)
    project.write(
        "rotest.toml",
        """
        [resources]
        modules = ["devices"]
        [inventory]
        file = "inventory.toml"
        [store]
        backend = "memory"
        [locks]
        backend = "memory"
        [config]
        mood = "good"
        """,
    )


def story(project: Project) -> list[str]:
    """Give what was done to devices and told by tests, in order."""
    path = project.root / "story.txt"
    return path.read_text().splitlines() if path.exists() else []
