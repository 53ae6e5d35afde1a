"""Sound, pictures and videos that staff hand in: decoded, checked, and put into the forms the gates play and show."""
