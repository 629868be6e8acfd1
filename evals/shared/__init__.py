"""What several evaluations share: arguments, the command, tables, networks, figures."""
