"""The subtitles as a surface of the Wayland layer shell: above all windows, not there for the mouse or the keyboard."""
