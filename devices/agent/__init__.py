"""The agent of one gate: keeps the plan, runs the devices, proves what happened."""
