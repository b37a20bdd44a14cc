"""What must hold when the process, the platform or a handler fails."""
