"""Watch the processor and the memory of processes while tests run."""
