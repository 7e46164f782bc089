"""Issues and corrective actions: what is off, who answers for it, what is done about it, and whether it worked."""
