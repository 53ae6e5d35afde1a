"""Text made ready for a voice, and the voices: machine speech is a draft that a person hears before it is approved."""
