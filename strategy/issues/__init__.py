"""Issues and corrective actions."""
