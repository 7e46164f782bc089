"""People who sign in: their accounts, roles over time, stand-ins, and sign-ins that count no more."""
