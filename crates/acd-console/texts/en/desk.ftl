# Texts of the area desk.
