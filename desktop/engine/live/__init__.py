"""The app's driver: sessions that hear a device now, on a few threads for all of them."""
