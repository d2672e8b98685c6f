"""What browsers are given beside the WebSockets; the files themselves are in `web/`."""
