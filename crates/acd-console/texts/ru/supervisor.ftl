# Texts of the area supervisor.
