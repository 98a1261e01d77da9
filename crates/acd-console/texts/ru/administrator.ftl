# Texts of the area administrator.
