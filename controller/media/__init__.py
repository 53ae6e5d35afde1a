"""Sound that staff hand in: decoded, checked, and put into the one form the gates play."""
