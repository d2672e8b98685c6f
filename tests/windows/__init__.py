"""Every window, list and menu of the app, opened by name: for walks through them and for pictures of them."""
