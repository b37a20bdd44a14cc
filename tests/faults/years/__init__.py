"""Years of reminders in a few minutes: a turned clock, a process that dies, a checker that knows
only the plan and what was delivered (reliability.md 6, F16)."""
