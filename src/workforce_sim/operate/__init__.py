"""What a program around simulations needs: to watch them, log them, stop them, and answer when they fail."""
