# Texts of the area wall.
